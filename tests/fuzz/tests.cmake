# SPDX-License-Identifier: MIT
# What a reader and the live engine must stand is checked in a library of its own: the unit tests run it on
# mutated seeds, the fuzzers on whatever they think of.
add_library(smf_check STATIC fuzz/smf_check.c)
target_link_libraries(smf_check PUBLIC engine)
add_library(journal_check STATIC fuzz/journal_check.c)
target_link_libraries(journal_check PUBLIC engine)
add_library(bytes_check STATIC fuzz/bytes_check.c fuzz/bytes_machine.c)
target_link_libraries(bytes_check PUBLIC emend_app test_fake)
add_library(fuzz_input STATIC fuzz/fuzz_input.c)
target_link_libraries(fuzz_input PUBLIC test_support)
foreach(check fuzz_input smf_check journal_check bytes_check)
  target_include_directories(${check} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/fuzz)
endforeach()

# fuzz/fuzz_NAME.c is compiled everywhere, so that it does not rot where no clang is: stored_NAME runs it on the
# inputs of fuzz/NAME, seeds and findings. The fuzzer itself wants clang and, for its libraries too,
# EMEND_SANITIZE=fuzzer-no-link,address,undefined: see fuzz/run.sh.
if(EMEND_FUZZ)
  add_custom_target(fuzzers)
endif()
function(emend_fuzz name)
  add_library(fuzz_${name}_entry OBJECT fuzz/fuzz_${name}.c)
  target_link_libraries(fuzz_${name}_entry PUBLIC ${ARGN} fuzz_input)
  add_executable(stored_${name} fuzz/stored.c)
  target_link_libraries(stored_${name} PRIVATE fuzz_${name}_entry)
  add_test(NAME stored_${name} COMMAND stored_${name} ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/${name})
  set_tests_properties(stored_${name} PROPERTIES TIMEOUT 120 LABELS unit)
  if(EMEND_FUZZ)
    add_executable(fuzz_${name} EXCLUDE_FROM_ALL $<TARGET_OBJECTS:fuzz_${name}_entry>)
    target_link_libraries(fuzz_${name} PRIVATE ${ARGN} fuzz_input)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    add_dependencies(fuzzers fuzz_${name})
  endif()
endfunction()

emend_fuzz(bytes bytes_check)
emend_fuzz(smf smf_check)
emend_fuzz(journal journal_check)
emend_fuzz(safetensors models)
emend_fuzz(rolls models)
emend_fuzz(config emend_app)
emend_fuzz(options emend_app)
emend_fuzz(search emend_app PkgConfig::JANSSON)
