# SPDX-License-Identifier: MIT
# The fault table: ctest -L faults. What each row is stands at the head of faults.sh.
add_library(test_fault_rig STATIC faults/live_threads.c)
target_include_directories(test_fault_rig PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/faults)
target_compile_definitions(test_fault_rig PRIVATE _DEFAULT_SOURCE
  PUBLIC EMEND_TEST_PRESETS="${PROJECT_SOURCE_DIR}/presets")
target_link_libraries(test_fault_rig PUBLIC emend_app test_support PkgConfig::CMOCKA Threads::Threads)

# faults/test_NAME.c as faults_NAME
function(emend_fault name)
  add_executable(test_${name} faults/test_${name}.c)
  target_link_libraries(test_${name} PRIVATE ${ARGN} PkgConfig::CMOCKA)
  add_test(NAME faults_${name} COMMAND test_${name})
  set_tests_properties(faults_${name} PROPERTIES TIMEOUT 300 LABELS unit)
endfunction()

emend_fault(look_ahead_change test_live_rig)
emend_fault(worker_stalls test_capture_rig)
emend_fault(denormals test_fault_rig)

if(UNIX)
  add_executable(count_notes faults/count_notes.c)
  target_include_directories(count_notes PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/support)
  target_link_libraries(count_notes PRIVATE models test_fake)
  foreach(row sigterm sigint sigquit sighup garbage unread terminal sigkill)
    add_test(NAME faults_${row} COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/faults/faults.sh ${row} $<TARGET_FILE:emend>
      ${PROJECT_SOURCE_DIR} $<TARGET_FILE_DIR:count_notes>)
    set_tests_properties(faults_${row} PROPERTIES TIMEOUT 300 LABELS integration SKIP_RETURN_CODE 77)
  endforeach()
  foreach(row pipe umask facts two_die clock_back)
    add_test(NAME faults_${row} COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/faults/files.sh ${row} $<TARGET_FILE:emend>
      ${PROJECT_SOURCE_DIR} $<TARGET_FILE_DIR:count_notes>)
    set_tests_properties(faults_${row} PROPERTIES TIMEOUT 300 LABELS integration)
  endforeach()
  set_tests_properties(faults_facts PROPERTIES TIMEOUT 15) # this is what it asserts
endif()

# A sanitizer brings its own functions where these put theirs.
if(CMAKE_SYSTEM_NAME STREQUAL "Linux" AND NOT EMEND_SANITIZE)
  emend_fault(page_faults test_fault_rig)
  target_compile_definitions(test_page_faults PRIVATE _GNU_SOURCE)

  add_library(emend_wall_clock SHARED faults/wall_clock.c)
  target_compile_definitions(emend_wall_clock PRIVATE _GNU_SOURCE)
  target_link_libraries(emend_wall_clock PRIVATE emend_options ${CMAKE_DL_LIBS})
  add_test(NAME faults_wall_clock COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/faults/faults.sh wall_clock
    $<TARGET_FILE:emend> ${PROJECT_SOURCE_DIR} $<TARGET_FILE_DIR:count_notes> $<TARGET_FILE:emend_wall_clock>)
  set_tests_properties(faults_wall_clock PROPERTIES TIMEOUT 300 LABELS integration)

  add_executable(test_trap_paths faults/test_trap_paths.c faults/trap_rig.c)
  target_include_directories(test_trap_paths PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/support)
  target_compile_definitions(test_trap_paths PRIVATE _DEFAULT_SOURCE)
  target_link_libraries(test_trap_paths PRIVATE emend_app test_fake PkgConfig::CMOCKA Threads::Threads m)
  add_dependencies(test_trap_paths emend_trap)
  add_test(NAME faults_trap COMMAND test_trap_paths)
  set_tests_properties(faults_trap PROPERTIES TIMEOUT 300 LABELS integration
    ENVIRONMENT "LD_PRELOAD=$<TARGET_FILE:emend_trap>")

  if(JACK_FOUND)
    set(JACK_ROWS ${CMAKE_CURRENT_SOURCE_DIR}/faults/jack.sh)
    foreach(row server_dies port_vanishes sighup_jack)
      add_test(NAME faults_${row} COMMAND bash ${JACK_ROWS} ${row} $<TARGET_FILE_DIR:jack_send> $<TARGET_FILE:emend>
        ${PROJECT_SOURCE_DIR} $<TARGET_FILE:emend_trap>)
      set_tests_properties(faults_${row} PROPERTIES TIMEOUT 300 LABELS "integration;jack"
        SKIP_RETURN_CODE 77 RUN_SERIAL ON)
    endforeach()
    add_test(NAME faults_soak COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/faults/soak.sh $<TARGET_FILE_DIR:jack_send>
      $<TARGET_FILE:emend> ${PROJECT_SOURCE_DIR} 600)
    set_tests_properties(faults_soak PROPERTIES TIMEOUT 1500 LABELS "integration;jack;slow" SKIP_RETURN_CODE 77
      RUN_SERIAL ON)
  endif()
endif()
