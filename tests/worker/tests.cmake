# SPDX-License-Identifier: MIT
# Personal models and the offline thread.
add_library(test_learn_rig STATIC support/learn_rig.c)
target_include_directories(test_learn_rig PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/support)
target_link_libraries(test_learn_rig PUBLIC models PkgConfig::CMOCKA)

emend_test(learn test_learn_rig)
emend_test(personal emend_app test_learn_rig)
emend_test(worker emend_app test_learn_rig test_fake Threads::Threads)
emend_test(worker_fill emend_app test_fake Threads::Threads)
target_compile_definitions(test_worker_fill PRIVATE EMEND_TEST_PRESETS="${PROJECT_SOURCE_DIR}/presets")
set_tests_properties(worker PROPERTIES TIMEOUT 300)
if(UNIX)
  add_test(NAME personal_cli COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/worker/personal.sh $<TARGET_FILE:emend>
    ${PROJECT_SOURCE_DIR})
  set_tests_properties(personal_cli PROPERTIES TIMEOUT 300 LABELS integration)
endif()
