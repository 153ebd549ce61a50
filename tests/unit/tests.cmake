# The live path.
emend_test(frame engine_live)
emend_test(evidence engine)
emend_test(gate engine test_fake)
emend_test(ring engine Threads::Threads)
emend_test(ledger engine)
emend_test(live test_rig)
emend_test(live_time test_rig)
emend_test(live_threads test_rig Threads::Threads)
emend_test(live_properties test_rig)
target_link_options(test_live_properties PRIVATE -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free)

# Model files and data.
emend_test(params models)
emend_test(file models)
emend_test(safetensors models)
emend_test(model_file models)
emend_test(dataset models)

# Evaluation.
emend_test(rules models)
emend_test(particles models)
emend_test(eval models)

# Networks.
emend_test(gradients models_double)
emend_test(train models)
emend_test(gate_train models)
emend_test(vosp_init models)
emend_test(batcher models)
emend_test(bound models)
emend_test(vosp_live models)
emend_test(vosp_information models)
emend_test(posterior models_double)
emend_test(view models)
emend_test(transfer models)
emend_test(optimiser models)

# Music.
emend_test(smf engine)
emend_test(smf_hostile smf_check)
target_compile_definitions(test_smf_hostile PRIVATE SMF_FINDINGS="${CMAKE_CURRENT_SOURCE_DIR}/fuzz/smf")
emend_test(take engine)
emend_test(corrupt engine)
emend_test(corrupt_loss engine)
emend_test(score engine)
emend_test(smf_append engine)
emend_test(metre engine)
if(UNIX AND NOT APPLE)
  emend_test(music_memory engine)
  target_link_options(test_music_memory PRIVATE -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc)
endif()

# The program.
emend_test(options emend_app)
emend_test(histogram emend_app)
emend_test(preset emend_app)
emend_test(replay emend_app test_fake)
emend_test(roll emend_app)
