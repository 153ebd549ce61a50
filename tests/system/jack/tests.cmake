# SPDX-License-Identifier: MIT
# A stream that passes everything on, for tests of the ports alone.
add_executable(pass_through ${CMAKE_CURRENT_LIST_DIR}/pass_through.c)
target_link_libraries(pass_through PRIVATE emend_app)

# Sender and recorder share nothing with emend but libjack.
if(JACK_FOUND)
  foreach(tool send record replug hold)
    add_executable(jack_${tool} ${CMAKE_CURRENT_LIST_DIR}/jack_${tool}.c ${CMAKE_CURRENT_LIST_DIR}/jack_log.c)
    target_compile_definitions(jack_${tool} PRIVATE _POSIX_C_SOURCE=200809L)
    target_compile_options(jack_${tool} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes
      -Wmissing-prototypes $<$<BOOL:${EMEND_WERROR}>:-Werror>)
    target_link_libraries(jack_${tool} PRIVATE PkgConfig::JACK)
  endforeach()

  # jack_test(name script command...): skipped with status 77 where no JACK server can run.
  function(jack_test name script)
    add_test(NAME ${name}
      COMMAND bash ${CMAKE_CURRENT_LIST_DIR}/${script} $<TARGET_FILE_DIR:jack_send> ${ARGN})
    set_tests_properties(${name} PROPERTIES TIMEOUT 180 LABELS "integration;jack" SKIP_RETURN_CODE 77
      RUN_SERIAL ON)
  endfunction()

  jack_test(jack_ports transfer.sh $<TARGET_FILE:pass_through> jack 100)
  jack_test(jack_names names.sh $<TARGET_FILE:pass_through> jack 60)
  jack_test(jack_replug replug.sh $<TARGET_FILE:pass_through> jack 60)
  foreach(row return stopped playing exit frozen)
    jack_test(jack_held_${row} held.sh ${row} $<TARGET_FILE:pass_through> jack 60)
  endforeach()
  set_property(TEST jack_held_exit APPEND PROPERTY LABELS slow) # cycles of two seconds
  set(LIVE $<TARGET_FILE:emend> ${PROJECT_SOURCE_DIR})
  set(BYPASS $<TARGET_FILE:emend> live --driver jack --mode bypass --preset ${PROJECT_SOURCE_DIR}/presets/pop)
  jack_test(jack_held_restart held.sh restart ${BYPASS} --out recorder)
  foreach(row relinked lost)
    jack_test(jack_held_${row} held.sh ${row} ${BYPASS} --no-capture)
  endforeach()
  jack_test(jack_held_killed held.sh killed ${BYPASS})
  jack_test(jack_live_bypass live.sh ${LIVE} bypass)
  jack_test(jack_live_clean live.sh ${LIVE} clean)
  jack_test(jack_live_look_ahead live.sh ${LIVE} bypass 20)
endif()
