# SPDX-License-Identifier: MIT
# Data larger than memory.
add_executable(make_library ${CMAKE_CURRENT_LIST_DIR}/make_library.c)
target_link_libraries(make_library PRIVATE models test_support)
add_executable(peak ${CMAKE_CURRENT_LIST_DIR}/peak.c)
target_link_libraries(peak PRIVATE emend_options)
target_compile_definitions(peak PRIVATE _DEFAULT_SOURCE)
# Sanitizers have memory of their own.
if(NOT EMEND_SANITIZE)
  add_test(NAME scale_memory COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/memory.sh ${CMAKE_BINARY_DIR} 6 24)
  set_tests_properties(scale_memory PROPERTIES TIMEOUT 300 LABELS integration PROCESSORS 2)
  add_test(NAME scale_memory_long
    COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/memory.sh ${CMAKE_BINARY_DIR} 10 1000)
  set_tests_properties(scale_memory_long PROPERTIES TIMEOUT 3600 LABELS slow PROCESSORS 2)
endif()
