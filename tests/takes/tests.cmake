# Captured takes.
emend_test(journal journal_check)
emend_test(capture emend_app test_fake)
emend_test(capture_threads emend_app test_fake Threads::Threads)
emend_test(take_folder emend_app)
emend_test(dataset_takes models)

if(UNIX)
  set(CAPTURE bash ${CMAKE_CURRENT_SOURCE_DIR}/takes/capture.sh $<TARGET_FILE:emend> ${PROJECT_SOURCE_DIR})
  add_test(NAME capture_kill COMMAND ${CAPTURE} 10)
  set_tests_properties(capture_kill PROPERTIES TIMEOUT 120 LABELS integration)
  add_test(NAME capture_kill_100 COMMAND ${CAPTURE} 100)
  set_tests_properties(capture_kill_100 PROPERTIES TIMEOUT 900 LABELS "integration;slow")
endif()
