# SPDX-License-Identifier: MIT
# Plugins under hosts.
if(TARGET emend_lv2 AND NOT EMEND_SANITIZE)
  add_executable(test_lv2 ${CMAKE_CURRENT_LIST_DIR}/test_lv2.c)
  add_dependencies(test_lv2 emend_lv2)
  target_include_directories(test_lv2 PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/support)
  target_compile_definitions(test_lv2 PRIVATE EMEND_TEST_LV2="$<TARGET_FILE:emend_lv2>"
    EMEND_TEST_TAKE="${PROJECT_SOURCE_DIR}/assets/minuet-noisy.mid")
  target_link_libraries(test_lv2 PRIVATE engine PkgConfig::LV2 PkgConfig::CMOCKA ${CMAKE_DL_LIBS})
  add_test(NAME plugin_lv2 COMMAND test_lv2)
  add_test(NAME plugin_lv2_tools COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/lv2.sh ${CMAKE_BINARY_DIR}/lv2)
  set_tests_properties(plugin_lv2 plugin_lv2_tools PROPERTIES TIMEOUT 120 LABELS integration SKIP_RETURN_CODE 77)
endif()
if(TARGET emend_clap AND NOT EMEND_SANITIZE)
  add_executable(test_clap ${CMAKE_CURRENT_LIST_DIR}/test_clap.c)
  add_dependencies(test_clap emend_clap)
  target_include_directories(test_clap PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/support ${PROJECT_SOURCE_DIR}/app/plugins/clap)
  target_compile_definitions(test_clap PRIVATE EMEND_TEST_CLAP="$<TARGET_FILE:emend_clap>"
    EMEND_TEST_TAKE="${PROJECT_SOURCE_DIR}/assets/minuet-noisy.mid")
  target_link_libraries(test_clap PRIVATE engine PkgConfig::CMOCKA m ${CMAKE_DL_LIBS})
  add_test(NAME plugin_clap COMMAND test_clap)
  set_tests_properties(plugin_clap PROPERTIES TIMEOUT 120 LABELS integration)
endif()
