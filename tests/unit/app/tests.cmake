# SPDX-License-Identifier: MIT
emend_test(library/emend app_emend Threads::Threads m)
target_compile_definitions(test_emend PRIVATE EMEND_TEST_DATA="${PROJECT_SOURCE_DIR}")
emend_test(library/personal emend_app test_learn_rig)
emend_test(library/preset emend_app test_support)
emend_test(library/profile emend_app test_support)
emend_test(calibrate/findings emend_app)

emend_test(cli/options emend_app test_support)
emend_test(cli/progress emend_app test_support)

emend_test(ports/alsa emend_app)
emend_test(ports/port emend_app)
emend_test(ports/port_loop emend_app Threads::Threads)
if(UNIX AND NOT APPLE)
  emend_test(ports/port_portmidi emend_app Threads::Threads)
  target_link_options(test_port_portmidi PRIVATE -Wl,--wrap=alsa_seq_probe,--wrap=alsa_watch_new
    -Wl,--wrap=alsa_watch_free,--wrap=alsa_watch_exits,--wrap=alsa_watch_listeners,--wrap=alsa_watch_lost
    -Wl,--wrap=alsa_watch_find,--wrap=alsa_watch_descriptor,--wrap=alsa_room_inside)
endif()

emend_test(files/replay emend_app test_support)

emend_test(takes/broken_take emend_app test_support)
emend_test(takes/capture test_capture_rig)
emend_test(takes/capture_live test_capture_rig)
emend_test(takes/capture_threads emend_app test_support Threads::Threads)
emend_test(takes/take_folder emend_app test_support)

emend_test(fill/filling emend_app test_support)
emend_test(fill/gaps emend_app test_support)

emend_test(live/worker emend_app test_learn_rig Threads::Threads)
set_tests_properties(worker PROPERTIES TIMEOUT 300)
emend_test(live/worker_fill emend_app test_support Threads::Threads)
target_compile_definitions(test_worker_fill PRIVATE EMEND_TEST_PRESETS="${PROJECT_SOURCE_DIR}/presets")

emend_test(page/page_guard emend_app)
emend_test(page/page_order emend_app)
emend_test(page/page_notes emend_app)
if(MICROHTTPD_FOUND)
  emend_test(page/page_server emend_app Threads::Threads)
endif()

emend_test(plot/roll_plot emend_app test_support)

emend_test(research/search test_search_rig)
target_compile_definitions(test_search PRIVATE EMEND_TEST_SPACES="${PROJECT_SOURCE_DIR}/presets/search")
emend_test(research/search_folder test_search_rig PkgConfig::JANSSON)

emend_test(doctor/doctor emend_app test_support PkgConfig::JANSSON)
