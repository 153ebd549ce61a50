# SPDX-License-Identifier: MIT
# The program as its user meets it.
if(UNIX)
  if(CMAKE_SYSTEM_NAME STREQUAL "Linux" AND NOT EMEND_SANITIZE)
    set(CLI_TRAP $<TARGET_FILE:emend_trap>)
  endif()
  add_test(NAME cli COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/cli.sh $<TARGET_FILE:emend>
    ${PROJECT_SOURCE_DIR} ${CLI_TRAP})
  set_tests_properties(cli PROPERTIES TIMEOUT 300 LABELS integration)
endif()
