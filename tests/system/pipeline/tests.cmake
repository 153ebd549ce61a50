# SPDX-License-Identifier: MIT
# Between programs that are not emend's.
if(JACK_FOUND AND UNIX AND NOT EMEND_SANITIZE)
  foreach(kind jackd pipewire)
    add_test(NAME pipeline_${kind}
      COMMAND bash ${CMAKE_CURRENT_LIST_DIR}/pipeline.sh $<TARGET_FILE:emend> ${PROJECT_SOURCE_DIR} ${kind})
    set_tests_properties(pipeline_${kind} PROPERTIES TIMEOUT 300 LABELS "integration;jack;slow" SKIP_RETURN_CODE 77
      RUN_SERIAL ON)
  endforeach()
  add_test(NAME demo_sound COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/demo.sh $<TARGET_FILE:emend> ${PROJECT_SOURCE_DIR})
  set_tests_properties(demo_sound PROPERTIES TIMEOUT 120 LABELS integration SKIP_RETURN_CODE 77)
endif()
