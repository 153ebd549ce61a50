# The live path.
emend_test(frame engine_live)
emend_test(evidence engine)
emend_test(gate engine test_fake)
