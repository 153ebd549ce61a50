# SPDX-License-Identifier: MIT
# What can be read off the sources. `sh tests/lint/NAME.sh .` runs one by hand.
function(emend_lint name)
  add_test(NAME lint_${name} COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/lint/${name}.sh ${PROJECT_SOURCE_DIR} ${ARGN})
  set_tests_properties(lint_${name} PROPERTIES TIMEOUT 600 LABELS lint)
endfunction()

emend_lint(length)
emend_lint(layers)
emend_lint(words)
emend_lint(licence)
find_program(CLANG_FORMAT clang-format)
if(CLANG_FORMAT)
  emend_lint(format)
endif()
find_program(CLANG_TIDY clang-tidy)
if(CLANG_TIDY)
  # To the end the analyzer takes five times as long.
  add_test(NAME lint_tidy_deep COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/lint/tidy.sh ${PROJECT_SOURCE_DIR}
    ${CMAKE_BINARY_DIR})
  set_tests_properties(lint_tidy_deep PROPERTIES TIMEOUT 1800 LABELS "lint;slow" PROCESSORS 2)
  emend_lint(tidy ${CMAKE_BINARY_DIR} 40000)
  set_tests_properties(lint_tidy PROPERTIES PROCESSORS 2)
endif()
