#ifndef EMEND_OUTFILE_H
#define EMEND_OUTFILE_H

#include "status.h"

/* Say at once, not after the work, that `path` could not be written: it names a folder, or its folder is
 * missing or closed to us. NULL and "-" are fine. Writes nothing. */
enum status outfile_check(const char *path, struct error *error) EMEND_CHECK;

#endif
