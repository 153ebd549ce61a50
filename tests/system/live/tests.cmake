# SPDX-License-Identifier: MIT
# What the live archives call. Sanitizers add symbols of their own.
if(NOT EMEND_SANITIZE)
  set(NM_LIVE sh ${CMAKE_CURRENT_LIST_DIR}/nm_live.sh)
  add_test(NAME nm_live COMMAND ${NM_LIVE} $<TARGET_FILE:engine_live> $<TARGET_FILE:engine_ring>
    $<TARGET_FILE:models_step>)
  add_test(NAME nm_live_can_fail COMMAND ${NM_LIVE} $<TARGET_FILE:engine_live> $<TARGET_FILE:engine_base>)
  set_tests_properties(nm_live_can_fail PROPERTIES WILL_FAIL TRUE)
  set_tests_properties(nm_live nm_live_can_fail PROPERTIES TIMEOUT 60 LABELS integration)
endif()

# system/live/test_NAME.c, run with the trap for the live section.
if(TARGET emend_trap)
  function(emend_trap_test name)
    add_executable(test_${name} ${CMAKE_CURRENT_LIST_DIR}/test_${name}.c)
    target_include_directories(test_${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/support)
    target_compile_definitions(test_${name} PRIVATE _DEFAULT_SOURCE)
    target_link_libraries(test_${name} PRIVATE ${ARGN} PkgConfig::CMOCKA Threads::Threads m)
    add_dependencies(test_${name} emend_trap)
    add_test(NAME ${name} COMMAND test_${name})
    set_tests_properties(${name} PROPERTIES TIMEOUT 120 LABELS integration
      ENVIRONMENT "LD_PRELOAD=$<TARGET_FILE:emend_trap>")
  endfunction()

  emend_trap_test(trap engine_live)
  emend_trap_test(trap_live models test_fake)
  emend_trap_test(trap_library app_emend)
  target_compile_definitions(test_trap_library PRIVATE EMEND_TEST_DATA="${PROJECT_SOURCE_DIR}")
endif()

# The screen of the program, on a terminal.
add_test(NAME live_screen COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/screen.sh $<TARGET_FILE:emend>
  ${CMAKE_CURRENT_LIST_DIR}/screen.awk)
set_tests_properties(live_screen PROPERTIES TIMEOUT 120 LABELS integration SKIP_RETURN_CODE 77)

# What the demo in a keyboard's stead leaves.
add_test(NAME live_fallback COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/fallback.sh $<TARGET_FILE:emend>)
set_tests_properties(live_fallback PROPERTIES TIMEOUT 120 LABELS integration SKIP_RETURN_CODE 77)
