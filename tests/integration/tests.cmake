# SPDX-License-Identifier: MIT
# What the live archives call. Sanitizers add symbols of their own.
if(NOT EMEND_SANITIZE)
  set(NM_LIVE sh ${CMAKE_CURRENT_SOURCE_DIR}/integration/nm_live.sh)
  add_test(NAME nm_live COMMAND ${NM_LIVE} $<TARGET_FILE:engine_live> $<TARGET_FILE:engine_ring>
    $<TARGET_FILE:models_live>)
  add_test(NAME nm_live_can_fail COMMAND ${NM_LIVE} $<TARGET_FILE:engine_live> $<TARGET_FILE:engine_base>)
  set_tests_properties(nm_live_can_fail PROPERTIES WILL_FAIL TRUE)
  set_tests_properties(nm_live nm_live_can_fail PROPERTIES TIMEOUT 60 LABELS integration)
endif()

# The program as its user meets it.
if(UNIX)
  if(CMAKE_SYSTEM_NAME STREQUAL "Linux" AND NOT EMEND_SANITIZE)
    set(CLI_TRAP $<TARGET_FILE:emend_trap>)
  endif()
  add_test(NAME cli COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/integration/test_cli.sh $<TARGET_FILE:emend>
    ${PROJECT_SOURCE_DIR} ${CLI_TRAP})
  set_tests_properties(cli PROPERTIES TIMEOUT 300 LABELS integration)
endif()
