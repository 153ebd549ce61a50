#include "alsa_seq.h"

/* Apart from alsa_seq.c: the kernel's header and libasound's cannot be read together. */
#if defined(EMEND_HAVE_ALSA)

#include <sound/asequencer.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

static bool is_sequencer(int descriptor, const struct stat *wanted)
{
  struct stat found;
  return fstat(descriptor, &found) == 0 && S_ISCHR(found.st_mode) && found.st_rdev == wanted->st_rdev;
}

/* A pool can only be set through its own client, which the libraries keep to themselves: so it is
 * looked for among the open files. */
void alsa_seq_enlarge_pools(void)
{
  enum { DESCRIPTORS = 1024, EVENTS = 2000 };
  struct stat sequencer;
  if (stat("/dev/snd/seq", &sequencer) != 0) {
    return;
  }
  for (int descriptor = 0; descriptor < DESCRIPTORS; descriptor++) {
    struct snd_seq_client_pool pool = {0};
    if (!is_sequencer(descriptor, &sequencer) ||
        ioctl(descriptor, SNDRV_SEQ_IOCTL_CLIENT_ID, &pool.client) < 0 ||
        ioctl(descriptor, SNDRV_SEQ_IOCTL_GET_CLIENT_POOL, &pool) < 0) {
      continue;
    }
    pool.output_pool = EVENTS;
    pool.input_pool = EVENTS;
    int refused = ioctl(descriptor, SNDRV_SEQ_IOCTL_SET_CLIENT_POOL, &pool);
    (void)refused; /* the smaller pool still works, and its losses are seen */
  }
}

#else

void alsa_seq_enlarge_pools(void)
{
}

#endif
