# SPDX-License-Identifier: MIT
# The benchmark; the tests only ask whether it runs. Figures: build/emend_bench, or tests/bench/run.sh for all of them.
add_executable(emend_bench bench/emend_bench.c bench/bench_file.c bench/bench_live.c bench/bench_machine.c
  bench/bench_pressure.c bench/bench_report.c bench/bench_take.c bench/bench_train.c)
add_dependencies(emend_bench emend)
target_compile_definitions(emend_bench PRIVATE _DEFAULT_SOURCE EMEND_BENCH_PRESETS="${PROJECT_SOURCE_DIR}/presets"
  EMEND_BENCH_PROGRAM="$<TARGET_FILE:emend>")
target_link_libraries(emend_bench PRIVATE models test_support PkgConfig::OPENBLAS PkgConfig::JANSSON Threads::Threads)
add_test(NAME bench_runs COMMAND emend_bench --quick)
add_test(NAME bench_runs_json COMMAND emend_bench --quick --json)
add_test(NAME bench_runs_pressure COMMAND emend_bench pressure --seconds 0.2)
set_tests_properties(bench_runs bench_runs_json bench_runs_pressure PROPERTIES TIMEOUT 120 LABELS bench PROCESSORS 2)
# Decisions beside the offline thread; the figures: build/emend_bench_worker.
add_executable(emend_bench_worker bench/bench_worker.c)
target_compile_definitions(emend_bench_worker PRIVATE _DEFAULT_SOURCE EMEND_BENCH_PRESETS="${PROJECT_SOURCE_DIR}/presets"
  EMEND_BENCH_TAKE="${PROJECT_SOURCE_DIR}/assets/minuet.mid")
target_link_libraries(emend_bench_worker PRIVATE emend_app test_support Threads::Threads)
add_test(NAME bench_worker_runs COMMAND emend_bench_worker --seconds 2)
set_tests_properties(bench_worker_runs PROPERTIES TIMEOUT 120 LABELS bench PROCESSORS 2)
