/* SPDX-License-Identifier: MIT */
/* The file port: a take played in real time in place of a keyboard, its cleaned form kept. Not tried by `auto`.
 */
#ifndef EMEND_PORT_FILE_H
#define EMEND_PORT_FILE_H

#include "port.h"

/* options.in is the path of the file to play. Its poll says PORT_LOST when the take is over. */
extern const struct port_driver port_driver_file;

/* Control thread: stop playing and write what came out to `path`. Once, before the driver's close. */
enum status port_file_save(struct port *port, const char *path, struct error *error) EMEND_CHECK;

#endif
