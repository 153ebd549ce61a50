# SPDX-License-Identifier: MIT
# The machine used well, and data larger than memory.
emend_test(blas_core models)
emend_test(dataset_disk test_learn_rig)
emend_test(channels_at_once models)
target_compile_definitions(test_channels_at_once PRIVATE EMEND_TEST_PRESETS="${PROJECT_SOURCE_DIR}/presets")

add_executable(make_library scale/make_library.c)
target_include_directories(make_library PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/support)
target_link_libraries(make_library PRIVATE models)
add_executable(peak scale/peak.c)
target_link_libraries(peak PRIVATE emend_options)
target_compile_definitions(peak PRIVATE _DEFAULT_SOURCE)
# Sanitizers have memory of their own.
if(NOT EMEND_SANITIZE)
  add_test(NAME scale_memory COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/scale/memory.sh ${CMAKE_BINARY_DIR} 6 24)
  set_tests_properties(scale_memory PROPERTIES TIMEOUT 300 LABELS integration PROCESSORS 2)
  add_test(NAME scale_memory_long
    COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/scale/memory.sh ${CMAKE_BINARY_DIR} 10 1000)
  set_tests_properties(scale_memory_long PROPERTIES TIMEOUT 3600 LABELS slow PROCESSORS 2)
endif()
