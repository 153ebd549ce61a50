/* SPDX-License-Identifier: MIT */
/* A folder for one test, made under the system's temporary one and removed with all that is in it. */
#ifndef EMEND_TEST_FOLDER_H
#define EMEND_TEST_FOLDER_H

#include <stddef.h>

struct folder {
  char path[64];
};

void folder_make(struct folder *folder);

/* The path of a name in the folder; good until the fourth call after. */
const char *folder_join(const struct folder *folder, const char *name);

/* How many entries the folder has. */
int folder_count(const char *path);

/* Remove a folder and its folders, two levels deep. */
void folder_remove(const char *path);

void folder_put(const char *path, const void *data, size_t size);

/* A folder of its own for each test or each group of tests: cmocka's set-up and tear-down. */
extern struct folder test_folder;
int test_folder_set_up(void **state);
int test_folder_tear_down(void **state);

#endif
