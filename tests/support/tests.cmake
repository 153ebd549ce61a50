# SPDX-License-Identifier: MIT
# Fakes: a predictor without a network, a port that remembers; and a live engine set up with both.
add_library(test_fake STATIC support/fake_predictor.c support/recording_port.c)
target_include_directories(test_fake PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/support)
target_link_libraries(test_fake PUBLIC engine_live)
add_library(test_rig STATIC support/live_rig.c)
target_link_libraries(test_rig PUBLIC test_fake engine PkgConfig::CMOCKA)

# The trap for the live section, preloaded. A sanitizer brings its own functions in the same places.
if(CMAKE_SYSTEM_NAME STREQUAL "Linux" AND NOT EMEND_SANITIZE)
  add_library(emend_trap SHARED support/trap.c support/trap_functions.c)
  target_include_directories(emend_trap PRIVATE ${PROJECT_SOURCE_DIR}/engine/base)
  target_compile_definitions(emend_trap PRIVATE _GNU_SOURCE)
  target_compile_options(emend_trap PRIVATE -fno-builtin)
  target_link_libraries(emend_trap PRIVATE emend_options Threads::Threads ${CMAKE_DL_LIBS})

  # integration/test_NAME.c, run with the trap.
  function(emend_trap_test name)
    add_executable(test_${name} integration/test_${name}.c)
    target_include_directories(test_${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/support)
    target_compile_definitions(test_${name} PRIVATE _DEFAULT_SOURCE)
    target_link_libraries(test_${name} PRIVATE ${ARGN} PkgConfig::CMOCKA Threads::Threads m)
    add_dependencies(test_${name} emend_trap)
    add_test(NAME ${name} COMMAND test_${name})
    set_tests_properties(${name} PROPERTIES TIMEOUT 120 LABELS integration
      ENVIRONMENT "LD_PRELOAD=$<TARGET_FILE:emend_trap>")
  endfunction()

  emend_trap_test(trap engine_live)
  emend_trap_test(trap_live models test_fake)
endif()
