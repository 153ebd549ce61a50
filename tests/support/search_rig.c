/* SPDX-License-Identifier: MIT */
#include "search_rig.h"

#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"

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

enum status search_rig_read(struct search_rig *f, const char *text, struct search_space *space)
{
  const char *path = folder_join(&f->folder, "space.cfg");
  folder_put(path, text, strlen(text));
  return search_space_read(space, path, &f->error);
}

int search_rig_set_up(void **state)
{
  struct search_rig *f = calloc(1, sizeof *f);
  assert_non_null(f);
  folder_make(&f->folder);
  assert_int_equal(search_rig_read(f, plain, &f->space), STATUS_OK);
  *state = f;
  return 0;
}

int search_rig_tear_down(void **state)
{
  struct search_rig *f = *state;
  search_space_free(&f->space);
  folder_remove(f->folder.path);
  free(f);
  return 0;
}
