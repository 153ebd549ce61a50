# Fakes: a predictor without a network, a port that remembers; and a live engine set up with both.
add_library(test_fake STATIC support/fake_predictor.c support/recording_port.c)
target_include_directories(test_fake PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/support)
target_link_libraries(test_fake PUBLIC engine_live)
add_library(test_rig STATIC support/live_rig.c)
target_link_libraries(test_rig PUBLIC test_fake engine PkgConfig::CMOCKA)
