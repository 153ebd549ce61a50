# SPDX-License-Identifier: MIT
# Random search.
if(UNIX)
  set(SEARCH ${CMAKE_CURRENT_LIST_DIR})
  add_test(NAME search_cli COMMAND bash ${SEARCH}/search.sh $<TARGET_FILE:emend>)
  set_tests_properties(search_cli PROPERTIES TIMEOUT 300 LABELS integration)
  add_test(NAME search_slurm COMMAND bash ${SEARCH}/slurm.sh $<TARGET_FILE:emend> ${PROJECT_SOURCE_DIR})
  set_tests_properties(search_slurm PROPERTIES TIMEOUT 300 LABELS integration SKIP_RETURN_CODE 77)
endif()
