/* SPDX-License-Identifier: MIT */
/* A stream as a port driver sees it. */
#ifndef EMEND_STREAM_PORT_H
#define EMEND_STREAM_PORT_H

#include "port.h"
#include "stream.h"

/* The functions that a driver calls; valid as long as the stream. */
struct port_stream stream_port(struct stream *stream);

#endif
