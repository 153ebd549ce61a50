# SPDX-License-Identifier: MIT
# Calibration and profiles.
if(UNIX)
  add_test(NAME calibrate_cli COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/calibrate.sh $<TARGET_FILE:emend>
    ${PROJECT_SOURCE_DIR})
  set_tests_properties(calibrate_cli PROPERTIES TIMEOUT 120 LABELS integration)
endif()
