# SPDX-License-Identifier: MIT
if(MICROHTTPD_FOUND)
  add_test(NAME page_command COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/page.sh $<TARGET_FILE:emend>)
  set_tests_properties(page_command PROPERTIES TIMEOUT 120 LABELS integration)
  # Some minutes, with programs from outside; screenshots stay in the build folder.
  add_test(NAME page_browser COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/browser.sh $<TARGET_FILE:emend>
    ${CMAKE_BINARY_DIR}/page-modules ${CMAKE_BINARY_DIR}/page-screenshots)
  set_tests_properties(page_browser PROPERTIES TIMEOUT 600 LABELS "integration;slow" SKIP_RETURN_CODE 77 RUN_SERIAL TRUE)
endif()
