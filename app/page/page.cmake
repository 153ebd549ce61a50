# SPDX-License-Identifier: MIT
# The page: with libmicrohttpd the server and its static files, without it a stand-in that says so.
set(PAGE_SOURCES page_guard.c page_notes.c page_order.c page_state.c)
if(MICROHTTPD_FOUND)
  list(APPEND PAGE_SOURCES page_answer.c page_events.c page_server.c)
else()
  list(APPEND PAGE_SOURCES page_none.c)
endif()
emend_folder(app_page page
  SOURCES ${PAGE_SOURCES}
  BELOW app_cli app_takes engine_live LIBRARIES m)
if(MICROHTTPD_FOUND)
  file(GLOB PAGE_WEB CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/page/web/*)
  string(REPLACE ";" "|" PAGE_WEB_LIST "${PAGE_WEB}")
  set(PAGE_DATA ${CMAKE_CURRENT_BINARY_DIR}/page_files.c)
  add_custom_command(OUTPUT ${PAGE_DATA}
    COMMAND ${CMAKE_COMMAND} -DOUT=${PAGE_DATA} "-DFILES=${PAGE_WEB_LIST}" -P
      ${CMAKE_CURRENT_SOURCE_DIR}/page/embed.cmake
    DEPENDS ${PAGE_WEB} ${CMAKE_CURRENT_SOURCE_DIR}/page/embed.cmake VERBATIM)
  target_sources(app_page PRIVATE ${PAGE_DATA})
  target_link_libraries(app_page PRIVATE PkgConfig::MICROHTTPD Threads::Threads)
endif()
