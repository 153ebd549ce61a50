/* OpenBLAS starts a thread for each further processor when the program starts, and each takes 128 MB, all of
 * which `emend live` would lock into memory. It needs none of them: what it learns, it learns on one thread. */
#ifndef EMEND_LIVE_BLAS_H
#define EMEND_LIVE_BLAS_H

/* If the command is `live`: become this program anew with OPENBLAS_NUM_THREADS=1, unless it is set or the
 * system has no way; else return. To be called before anything is open. */
void live_blas_become(int argc, char **argv);

#endif
