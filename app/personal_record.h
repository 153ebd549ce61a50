/* The record beside a personal model. For personal*.c. */
#ifndef EMEND_PERSONAL_RECORD_H
#define EMEND_PERSONAL_RECORD_H

#include "personal.h"

/* Fill what the file says; the rest stays as it is. */
void personal_record_read(const char *path, struct personal_record *record);
enum status personal_record_write(const char *path, const char *from, const struct learn_result *result,
                                  struct error *error) EMEND_CHECK;

#endif
