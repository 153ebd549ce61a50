# SPDX-License-Identifier: MIT
# Every build, on every processor, removes the same notes.
if(UNIX AND NOT EMEND_SANITIZE)
  set(AGREE bash ${CMAKE_CURRENT_LIST_DIR}/agree.sh ${PROJECT_SOURCE_DIR} ${CMAKE_BINARY_DIR}/builds
    $<TARGET_FILE:emend>)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
    file(READ /proc/cpuinfo cpu)
    set(builds ${CMAKE_C_COMPILER}:x86-64)
    set(all ${CMAKE_C_COMPILER}:x86-64-v2 ${CMAKE_C_COMPILER}:native clang:x86-64 clang:native ${CMAKE_C_COMPILER}:old)
    if(cpu MATCHES " avx2 ")
      list(APPEND builds ${CMAKE_C_COMPILER}:x86-64-v3)
    endif()
    if(cpu MATCHES " avx512vl ")
      list(APPEND all ${CMAKE_C_COMPILER}:x86-64-v4 clang:x86-64-v4)
    endif()
    add_test(NAME builds_agree COMMAND ${AGREE} ${builds})
    set_tests_properties(builds_agree PROPERTIES TIMEOUT 900 LABELS integration PROCESSORS 2)
    add_test(NAME builds_agree_all COMMAND ${AGREE} ${all})
    add_test(NAME builds_agree_arm64 COMMAND ${AGREE} gcc:arm64)
    set_tests_properties(builds_agree_all builds_agree_arm64 PROPERTIES TIMEOUT 3600 LABELS "integration;slow"
      PROCESSORS 2 SKIP_RETURN_CODE 77 RESOURCE_LOCK builds)
    set_property(TEST builds_agree PROPERTY RESOURCE_LOCK builds)
  endif()
endif()
