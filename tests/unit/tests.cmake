# The live path.
emend_test(frame engine_live)
emend_test(evidence engine)
emend_test(gate engine test_fake)
emend_test(ring engine Threads::Threads)
emend_test(ledger engine)

# Model files and data.
emend_test(params models)
emend_test(file models)
emend_test(safetensors models)
emend_test(model_file models)
emend_test(dataset models)

# Networks.
emend_test(gradients models_double)
