# SPDX-License-Identifier: MIT
# A real kernel's ALSA sequencer, in a virtual machine. fetch.sh puts the kernel into the user's cache; tests/run.sh runs it.
if(ALSA_FOUND AND UNIX AND NOT APPLE AND NOT EMEND_SANITIZE)
  if(DEFINED ENV{XDG_CACHE_HOME})
    set(KERNEL_CACHE $ENV{XDG_CACHE_HOME})
  else()
    set(KERNEL_CACHE $ENV{HOME}/.cache)
  endif()
  add_test(NAME kernel_midi COMMAND bash ${CMAKE_CURRENT_LIST_DIR}/vm.sh $<TARGET_FILE:emend> ${PROJECT_SOURCE_DIR}
    ${KERNEL_CACHE}/emend-tests/kernel)
  set_tests_properties(kernel_midi PROPERTIES TIMEOUT 900 LABELS integration SKIP_RETURN_CODE 77)
endif()
