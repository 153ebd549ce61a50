# SPDX-License-Identifier: MIT
# Captured takes.
emend_test(journal journal_check)
add_library(test_capture_rig STATIC support/capture_rig.c)
target_link_libraries(test_capture_rig PUBLIC test_fake emend_app PkgConfig::CMOCKA)
emend_test(capture test_capture_rig)
emend_test(capture_live test_capture_rig)
emend_test(capture_threads emend_app test_fake Threads::Threads)
emend_test(take_folder emend_app)
emend_test(broken_take emend_app)
emend_test(dataset_takes models)

if(UNIX)
  set(CAPTURE bash ${CMAKE_CURRENT_SOURCE_DIR}/takes/capture.sh $<TARGET_FILE:emend> ${PROJECT_SOURCE_DIR})
  add_test(NAME faults_capture_kill COMMAND ${CAPTURE} 10)
  set_tests_properties(faults_capture_kill PROPERTIES TIMEOUT 120 LABELS integration)
  add_test(NAME faults_capture_kill_100 COMMAND ${CAPTURE} 100)
  set_tests_properties(faults_capture_kill_100 PROPERTIES TIMEOUT 900 LABELS "integration;slow")
endif()
