#include <string.h>

#include "doctor.h"

enum { PROCESSORS_MAX = 4096, GOVERNOR_MAX = 64 };

/* False where it cannot be read. */
static bool read_governor(const char *folder, int processor, char governor[GOVERNOR_MAX])
{
  char path[512];

  snprintf(path, sizeof path, "%.400s/cpu%d/cpufreq/scaling_governor", folder, processor);
  FILE *file = fopen(path, "r");
  bool good = file != NULL && fgets(governor, GOVERNOR_MAX, file) != NULL;
  if (file != NULL) {
    (void)fclose(file);
  }
  if (good) {
    governor[strcspn(governor, "\n")] = '\0';
  }
  return good;
}

void doctor_governor(struct doctor *doctor, const char *folder)
{
  char governor[GOVERNOR_MAX], slow[GOVERNOR_MAX] = "";
  int known = 0, waiting = 0;

  for (int i = 0; i < PROCESSORS_MAX && read_governor(folder, i, governor); i++) {
    known++;
    if (strcmp(governor, "performance") != 0) {
      snprintf(slow, sizeof slow, "%s", governor);
      waiting++;
    }
  }
  if (known == 0) {
    doctor_add(doctor, DOCTOR_FINE, "processor", "its clock is not ours to see here");
  } else if (waiting == 0) {
    doctor_add(doctor, DOCTOR_FINE, "processor", "the governor is 'performance'");
  } else {
    doctor_todo(doctor_add(doctor, DOCTOR_ADVICE, "processor",
                           "the governor of %d of %d cores is '%s', which is slow to wake", waiting, known,
                           slow),
                "as root run `cpupower frequency-set -g performance` before a concert");
  }
}
