# SPDX-License-Identifier: MIT
# Personal models.
if(UNIX)
  add_test(NAME personal_cli COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/personal.sh $<TARGET_FILE:emend>
    ${PROJECT_SOURCE_DIR})
  set_tests_properties(personal_cli PROPERTIES TIMEOUT 300 LABELS integration)
endif()
