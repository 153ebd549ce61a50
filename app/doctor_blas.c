#include "doctor.h"

void doctor_blas(struct doctor *doctor, const char *core, const char *better)
{
  if (better == NULL) {
    doctor_add(doctor, DOCTOR_FINE, "training", "OpenBLAS uses its kernels for %s", core);
    return;
  }
  doctor_todo(doctor_add(doctor, DOCTOR_ADVICE, "training",
                         "OpenBLAS uses its kernels for %s, though this processor can do better", core),
              "unset OPENBLAS_CORETYPE, or set it to %s", better);
}
