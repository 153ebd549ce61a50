add_library(test_fake STATIC support/fake_predictor.c)
target_include_directories(test_fake PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/support)
target_link_libraries(test_fake PUBLIC engine_live)
