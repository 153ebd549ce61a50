# The machine used well, and data larger than memory.
emend_test(blas_core models)
