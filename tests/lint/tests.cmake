# SPDX-License-Identifier: MIT
# What can be read off the sources. `sh tests/lint/NAME.sh .` runs one by hand.
function(emend_lint name)
  add_test(NAME lint_${name} COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/lint/${name}.sh ${PROJECT_SOURCE_DIR} ${ARGN})
  set_tests_properties(lint_${name} PROPERTIES TIMEOUT 600 LABELS lint)
endfunction()

emend_lint(length)
emend_lint(private)
emend_lint(words)
emend_lint(licence)
find_program(CLANG_FORMAT clang-format)
if(CLANG_FORMAT)
  emend_lint(format)
endif()
find_program(CLANG_TIDY clang-tidy)
if(CLANG_TIDY)
  add_test(NAME lint_tidy_deep COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/lint/tidy.sh ${PROJECT_SOURCE_DIR}
    ${CMAKE_BINARY_DIR})
  set_tests_properties(lint_tidy_deep PROPERTIES TIMEOUT 1800 LABELS "lint;slow" PROCESSORS 2)
  emend_lint(tidy ${CMAKE_BINARY_DIR} quick)
  set_tests_properties(lint_tidy PROPERTIES PROCESSORS 2)
endif()

# Doors between folders: as a file of TARGET, can HEADER be included?
function(emend_door target header)
  add_test(NAME door_${target}_${header}
    COMMAND ${CMAKE_C_COMPILER} -std=c11 -D_POSIX_C_SOURCE=200809L -fsyntax-only -x c "-DHEADER=\"${header}\""
      "-I$<JOIN:$<TARGET_PROPERTY:${target},INCLUDE_DIRECTORIES>,;-I>" ${CMAKE_CURRENT_SOURCE_DIR}/lint/door.h
    COMMAND_EXPAND_LISTS)
  set_tests_properties(door_${target}_${header} PROPERTIES TIMEOUT 30 LABELS lint)
endfunction()
function(emend_door_shut target header)
  emend_door(${target} ${header})
  set_tests_properties(door_${target}_${header} PROPERTIES WILL_FAIL TRUE)
endfunction()

emend_door(engine_midi status.h)
emend_door(models_vosp linear.h)
emend_door_shut(engine_base event.h)
emend_door_shut(engine_midi live.h)
emend_door_shut(engine_live_setup shapes.h)
emend_door_shut(models_infer gemm.h)
emend_door_shut(models_fill train.h)
emend_door_shut(app_library options.h)
emend_door_shut(app_ports stream_port.h)
emend_door_shut(app_library port.h)
emend_door_shut(app_live table1.h)
