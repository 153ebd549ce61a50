# SPDX-License-Identifier: MIT
# Captured takes.
if(UNIX)
  set(CAPTURE bash ${CMAKE_CURRENT_LIST_DIR}/capture.sh $<TARGET_FILE:emend> ${PROJECT_SOURCE_DIR})
  add_test(NAME faults_capture_kill COMMAND ${CAPTURE} 10)
  set_tests_properties(faults_capture_kill PROPERTIES TIMEOUT 120 LABELS integration)
  add_test(NAME faults_capture_kill_100 COMMAND ${CAPTURE} 100)
  set_tests_properties(faults_capture_kill_100 PROPERTIES TIMEOUT 900 LABELS "integration;slow")
endif()
