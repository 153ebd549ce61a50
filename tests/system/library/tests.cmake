# SPDX-License-Identifier: MIT
# Sanitizers add names and libraries of their own.
if(CMAKE_SYSTEM_NAME STREQUAL "Linux" AND NOT EMEND_SANITIZE)
  add_test(NAME library_installed COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/library.sh ${CMAKE_BINARY_DIR}
    ${PROJECT_SOURCE_DIR} ${CMAKE_C_COMPILER})
  set_tests_properties(library_installed PROPERTIES TIMEOUT 120 LABELS integration)
endif()
