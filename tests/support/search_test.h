/* SPDX-License-Identifier: MIT */
/* A space of settings in a folder, for the tests of random search. */
#ifndef EMEND_SEARCH_TEST_H
#define EMEND_SEARCH_TEST_H

#include <stdlib.h>
#include <string.h>

#include "folder.h"
#include "search_space.h"

static const char plain[] = "kind = \"vosp\";\n"
                            "latent = 3;\n"
                            "split = \"practice\";\n"
                            "search = {\n"
                            "  rate = [0.01, 0.005, 0.1];\n"
                            "  cell = [\"gru\", \"tanh\"];\n"
                            "  hidden = { low = 10; high = 19; whole = true; };\n"
                            "  generator = { low = 4; high = 64; scale = \"log\"; whole = true; };\n"
                            "  clip = { low = 0.5; high = 2.5; };\n"
                            "  noise = { low = 0.0001; high = 0.1; scale = \"log\"; };\n"
                            "};\n";

struct fixture {
  struct folder folder;
  struct search_space space;
  struct error error;
};

static inline enum status read_space(struct fixture *f, const char *text, struct search_space *space)
{
  const char *path = folder_join(&f->folder, "space.cfg");
  folder_put(path, text, strlen(text));
  return search_space_read(space, path, &f->error);
}

static inline int setup(void **state)
{
  struct fixture *f = calloc(1, sizeof *f);
  assert_non_null(f);
  folder_make(&f->folder);
  assert_int_equal(read_space(f, plain, &f->space), STATUS_OK);
  *state = f;
  return 0;
}

static inline int teardown(void **state)
{
  struct fixture *f = *state;
  search_space_free(&f->space);
  folder_remove(f->folder.path);
  free(f);
  return 0;
}

#endif
