# SPDX-License-Identifier: MIT
# The demo takes that are shipped must be what their source makes.
add_executable(make_demo ${PROJECT_SOURCE_DIR}/assets/make_demo.c)
target_link_libraries(make_demo PRIVATE engine)
set(DEMO_FOLDER ${CMAKE_CURRENT_BINARY_DIR}/demo)
file(MAKE_DIRECTORY ${DEMO_FOLDER})
add_test(NAME demo_make COMMAND make_demo ${DEMO_FOLDER})
set_tests_properties(demo_make PROPERTIES FIXTURES_SETUP demo TIMEOUT 30 LABELS unit)
foreach(take minuet minuet-noisy minuet-holes)
  add_test(NAME demo_${take} COMMAND ${CMAKE_COMMAND} -E compare_files ${DEMO_FOLDER}/${take}.mid
    ${PROJECT_SOURCE_DIR}/assets/${take}.mid)
  set_tests_properties(demo_${take} PROPERTIES FIXTURES_REQUIRED demo LABELS unit)
endforeach()
add_test(NAME demo_fill COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/fill.sh $<TARGET_FILE:emend> ${PROJECT_SOURCE_DIR})
set_tests_properties(demo_fill PROPERTIES TIMEOUT 120)
