# SPDX-License-Identifier: MIT
# What is installed, and the Debian package:
#   cmake -S . -B build-deb -DEMEND_PACKAGE=ON && cmake --build build-deb --target package
include(GNUInstallDirs)
set(PACKAGING ${CMAKE_CURRENT_LIST_DIR})

install(TARGETS emend RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
# presets/bench is for the tables of figures: nothing that live can play, so it stays behind.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/presets DESTINATION share/emend
  FILES_MATCHING PATTERN "*.cfg" PATTERN "card.md" PATTERN "slurm.sh" PATTERN "*.safetensors" PATTERN "bench" EXCLUDE)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/assets DESTINATION share/emend FILES_MATCHING PATTERN "*.mid")
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PACKAGING}/copyright ${PACKAGING}/NEWS DESTINATION share/doc/emend)
install(FILES ${PROJECT_SOURCE_DIR}/assets/minuet-roll.svg ${PROJECT_SOURCE_DIR}/assets/data-path.svg
  DESTINATION share/doc/emend/assets)
install(FILES ${PROJECT_SOURCE_DIR}/presets/FIGURES.md DESTINATION share/doc/emend/presets)

# A package is for every processor of its kind. Where the live step would be three times as slow for it, the
# program is there once more, for processors of the last ten years, and the first one becomes it.
if(EMEND_PACKAGE AND NOT EMEND_MARCH AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
  include(ExternalProject)
  ExternalProject_Add(emend_fast SOURCE_DIR ${PROJECT_SOURCE_DIR} BINARY_DIR ${CMAKE_BINARY_DIR}/fast BUILD_ALWAYS ON
    CMAKE_ARGS -DEMEND_PACKAGE=ON -DEMEND_MARCH=x86-64-v3 -DEMEND_TESTS=OFF -DCMAKE_BUILD_TYPE=${CMAKE_BUILD_TYPE}
      -DCMAKE_C_COMPILER=${CMAKE_C_COMPILER} -DCMAKE_C_COMPILER_LAUNCHER=${CMAKE_C_COMPILER_LAUNCHER}
    BUILD_COMMAND ${CMAKE_COMMAND} --build . --target emend
    INSTALL_COMMAND "")
  target_compile_definitions(app_cli PRIVATE EMEND_FAST_PROGRAM="../lib/emend/emend-v3")
  install(PROGRAMS ${CMAKE_BINARY_DIR}/fast/emend DESTINATION lib/emend RENAME emend-v3)
endif()

# The manual page and completions come from the program itself, so they say what it does.
function(emend_help form file)
  add_custom_command(OUTPUT ${file} COMMAND emend --help=${form} > ${file} DEPENDS emend VERBATIM)
endfunction()

if(NOT CMAKE_CROSSCOMPILING AND NOT EMEND_SANITIZE)
  set(PAGES ${CMAKE_BINARY_DIR}/pages)
  file(MAKE_DIRECTORY ${PAGES})
  emend_help(man ${PAGES}/emend.1)
  emend_help(bash ${PAGES}/emend)
  emend_help(zsh ${PAGES}/_emend)
  set(PAGE ${PAGES}/emend.1)
  find_program(GZIP gzip)
  if(GZIP)
    set(PAGE ${PAGES}/emend.1.gz)
    add_custom_command(OUTPUT ${PAGE} COMMAND ${GZIP} -9nc ${PAGES}/emend.1 > ${PAGE} DEPENDS ${PAGES}/emend.1 VERBATIM)
  endif()
  add_custom_target(emend_pages ALL DEPENDS ${PAGE} ${PAGES}/emend.1 ${PAGES}/emend ${PAGES}/_emend)
  install(FILES ${PAGE} DESTINATION share/man/man1)
  install(FILES ${PAGES}/emend DESTINATION share/bash-completion/completions)
  # Debian's zsh keeps site-functions for the administrator.
  if(EMEND_PACKAGE)
    install(FILES ${PAGES}/_emend DESTINATION share/zsh/vendor-completions)
  else()
    install(FILES ${PAGES}/_emend DESTINATION share/zsh/site-functions)
  endif()
endif()

if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  configure_file(${PACKAGING}/emend.service.in ${CMAKE_BINARY_DIR}/emend.service @ONLY)
  install(FILES ${CMAKE_BINARY_DIR}/emend.service DESTINATION lib/systemd/user)
endif()

if(EMEND_PACKAGE)
  set(CPACK_GENERATOR DEB)
  set(CPACK_VERBATIM_VARIABLES ON)
  set(CPACK_PACKAGING_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
  set(CPACK_STRIP_FILES ON)
  set(CPACK_PACKAGE_CONTACT "the emend project")
  set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "mends MIDI: removes unmeant notes live, fills holes in takes")
  set(CPACK_PACKAGE_DESCRIPTION "emend sits between a keyboard and a DAW and takes out key bounce, brushed neighbours,
crosstalk and ghost notes while you play, without delay; it does the same to MIDI files,
fills holes in recordings, captures every take and tunes itself to its player.")
  set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
  set(CPACK_DEBIAN_PACKAGE_SECTION sound)
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
  set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "pipewire-jack | jackd2")
  set(CPACK_DEBIAN_PACKAGE_SUGGESTS "a2jmidid, bash-completion")
  include(CPack)
endif()
