# SPDX-License-Identifier: MIT
# libemend: emend.h over the session, as a shared and a static library of the same objects. In both, every name but
# those of emend.h is local.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(LIBRARY ${CMAKE_CURRENT_LIST_DIR})

# What the audio thread calls is a target of its own, for the proof of what that does not call.
emend_folder(app_emend_audio library SOURCES emend_audio.c BELOW app_library)
target_include_directories(app_emend_audio PUBLIC ${LIBRARY}/include)
emend_folder(app_emend library SOURCES emend.c BELOW app_emend_audio)

add_library(libemend SHARED $<TARGET_OBJECTS:app_emend> $<TARGET_OBJECTS:app_emend_audio>)
target_link_libraries(libemend PRIVATE app_library)
target_include_directories(libemend INTERFACE ${LIBRARY}/include)
set_target_properties(libemend PROPERTIES OUTPUT_NAME emend VERSION ${PROJECT_VERSION} SOVERSION 0 LINKER_LANGUAGE C
  LINK_DEPENDS ${LIBRARY}/libemend.map)
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  target_link_options(libemend PRIVATE -Wl,--version-script,${LIBRARY}/libemend.map)
endif()

# The static one: all objects that it takes linked into one, and what is hidden made local.
set(STATIC_LIBRARY ${CMAKE_CURRENT_BINARY_DIR}/libemend.a)
set(PARTS app_emend app_emend_audio app_library models_infer models_step models_file models_shapes engine_live_setup
  engine_live engine_midi engine_base engine_ring)
set(PART_FILES ${PARTS})
list(TRANSFORM PART_FILES PREPEND "$<TARGET_FILE:")
list(TRANSFORM PART_FILES APPEND ">")
add_custom_command(OUTPUT ${STATIC_LIBRARY}
  COMMAND ${CMAKE_LINKER} -r -o libemend.o --whole-archive $<TARGET_FILE:app_emend> --no-whole-archive
    --start-group ${PART_FILES} --end-group
  COMMAND ${CMAKE_OBJCOPY} --localize-hidden libemend.o
  COMMAND ${CMAKE_COMMAND} -E rm -f ${STATIC_LIBRARY}
  COMMAND ${CMAKE_AR} rcs ${STATIC_LIBRARY} libemend.o
  DEPENDS ${PARTS} WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR} VERBATIM)
add_custom_target(libemend_static ALL DEPENDS ${STATIC_LIBRARY})

install(TARGETS libemend LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES ${STATIC_LIBRARY} DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES ${LIBRARY}/include/emend/emend.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/emend)
configure_file(${LIBRARY}/emend.pc.in ${CMAKE_CURRENT_BINARY_DIR}/emend.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/emend.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
configure_package_config_file(${LIBRARY}/emend-config.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/emend-config.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/emend PATH_VARS CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_LIBDIR)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/emend-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/emend-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/emend-config-version.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/emend)
