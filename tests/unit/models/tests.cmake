# SPDX-License-Identifier: MIT
emend_test(shapes/params models)

emend_test(file/model_file models test_support)
emend_test(file/safetensors models)

emend_test(infer/channels_at_once models)
target_compile_definitions(test_channels_at_once PRIVATE EMEND_TEST_PRESETS="${PROJECT_SOURCE_DIR}/presets")
emend_test(infer/transfer models)
emend_test(infer/view models)
emend_test(infer/vosp_step test_net_rig)

emend_test(nn/blas_core models)
emend_test(nn/emission models_double)
emend_test(nn/optimiser models)
emend_test(nn/posterior models_double)

emend_test(vosp/recall models)
emend_test(vosp/vosp_gradients models_double)
emend_test(vosp/vosp_information test_net_rig)
emend_test(vosp/vosp_init models)

emend_test(vrae/match models)
emend_test(vrae/vrae models_double)
emend_test(vrae/vrae_emission models)
emend_test(vrae/vrae_gradients models_double)
emend_test(vrae/vrae_init models)

emend_test(data/batcher test_net_rig)
emend_test(data/dataset models test_support)
emend_test(data/dataset_disk test_learn_rig)
emend_test(data/dataset_takes models test_support)

emend_test(bound/bound test_net_rig)
emend_test(bound/particles test_net_rig)
emend_test(bound/vrae_importance models)

emend_test(fill/fill models)
emend_test(fill/filler test_train_rig test_net_rig)

emend_test(train/gate_train models)
emend_test(train/personalise test_learn_rig)
emend_test(train/train test_train_rig)
emend_test(train/train_aids test_train_rig)
emend_test(train/train_vrae test_train_rig)
emend_test(train/transpose test_net_rig)

emend_test(eval/eval models)
emend_test(eval/impute models)
emend_test(eval/rnn test_net_rig)
emend_test(eval/rules models)
