# What a parser must stand is checked in a library of its own: the unit tests run it on the stored
# findings and on mutated seeds, the fuzzers (EMEND_FUZZ, clang) on whatever they think of.
add_library(smf_check STATIC fuzz/smf_check.c)
target_include_directories(smf_check PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/fuzz)
target_link_libraries(smf_check PUBLIC engine)
add_library(journal_check STATIC fuzz/journal_check.c)
target_include_directories(journal_check PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/fuzz)
target_link_libraries(journal_check PUBLIC engine)

# Compiled everywhere, so that they do not rot where no clang is.
add_library(fuzz_entries OBJECT fuzz/fuzz_smf.c fuzz/fuzz_journal.c fuzz/fuzz_safetensors.c)
target_link_libraries(fuzz_entries PRIVATE smf_check journal_check models)

# Run as: fuzz_NAME -max_total_time=120 tests/fuzz/NAME
function(emend_fuzz name)
  add_executable(fuzz_${name} ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/fuzz_${name}.c ${ARGN})
  target_include_directories(fuzz_${name} PRIVATE ${PROJECT_SOURCE_DIR}/engine)
  target_compile_options(fuzz_${name} PRIVATE -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all)
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer,address,undefined)
  target_link_libraries(fuzz_${name} PRIVATE emend_options m)
endfunction()

if(EMEND_FUZZ)
  set(SMF_SOURCES event.c pairing.c smf_build.c smf_compose.c smf_notes.c smf_read.c smf_time.c smf_write.c status.c)
  list(TRANSFORM SMF_SOURCES PREPEND ${PROJECT_SOURCE_DIR}/engine/)
  emend_fuzz(smf fuzz/smf_check.c ${SMF_SOURCES})

  set(JOURNAL_SOURCES journal_notes.c journal_read.c journal_smf.c journal_summary.c journal_write.c)
  list(TRANSFORM JOURNAL_SOURCES PREPEND ${PROJECT_SOURCE_DIR}/engine/)
  emend_fuzz(journal fuzz/journal_check.c ${JOURNAL_SOURCES} ${SMF_SOURCES})

  set(MODEL_SOURCES models/params.c models/safetensors.c models/safetensors_write.c engine/status.c)
  list(TRANSFORM MODEL_SOURCES PREPEND ${PROJECT_SOURCE_DIR}/)
  emend_fuzz(safetensors ${MODEL_SOURCES})
  target_include_directories(fuzz_safetensors PRIVATE ${PROJECT_SOURCE_DIR}/models)
  target_link_libraries(fuzz_safetensors PRIVATE PkgConfig::JANSSON)
endif()
