# SPDX-License-Identifier: MIT
# `emend bench`: the table, the figures and what they say of bad input.
if(UNIX)
  add_executable(list_figures ${CMAKE_CURRENT_LIST_DIR}/list_figures.c)
  target_link_libraries(list_figures PRIVATE PkgConfig::JANSSON)
  add_test(NAME table1 COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/table1.sh $<TARGET_FILE:emend> $<TARGET_FILE:list_figures>)
  set_tests_properties(table1 PROPERTIES TIMEOUT 120 LABELS integration)
endif()
