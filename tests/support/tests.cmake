# SPDX-License-Identifier: MIT
# Fakes: a predictor without a network, a port that remembers, one that counts.
add_library(test_fake STATIC support/counting_port.c support/fake_predictor.c support/recording_port.c)
target_include_directories(test_fake PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/support)
target_link_libraries(test_fake PUBLIC engine_live)
# Folders and files for a test.
add_library(test_support STATIC support/folder.c support/midi_bytes.c support/same_notes.c support/smf_from_notes.c)
target_compile_definitions(test_support PRIVATE _DEFAULT_SOURCE)
target_link_libraries(test_support PUBLIC test_fake engine)

# Rigs: what the tests of one thing set up. emend_rig(NAME LIBRARY...): support/NAME_rig.c as test_NAME_rig
function(emend_rig name)
  add_library(test_${name}_rig STATIC support/${name}_rig.c)
  target_link_libraries(test_${name}_rig PUBLIC ${ARGN} test_support PkgConfig::CMOCKA)
endfunction()

emend_rig(live engine)
emend_rig(damage engine)
emend_rig(net models)
emend_rig(learn models)
emend_rig(train models)
emend_rig(search emend_app)
emend_rig(capture emend_app)
target_sources(test_net_rig PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/support/roll_rig.c)

# The trap for the live section, preloaded. A sanitizer brings its own functions in the same places.
if(CMAKE_SYSTEM_NAME STREQUAL "Linux" AND NOT EMEND_SANITIZE)
  add_library(emend_trap SHARED support/trap.c support/trap_functions.c)
  target_include_directories(emend_trap PRIVATE ${PROJECT_SOURCE_DIR}/engine/base)
  target_compile_definitions(emend_trap PRIVATE _GNU_SOURCE)
  target_compile_options(emend_trap PRIVATE -fno-builtin)
  target_link_libraries(emend_trap PRIVATE emend_options Threads::Threads ${CMAKE_DL_LIBS})
endif()
