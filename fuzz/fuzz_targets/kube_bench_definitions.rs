//! Gives the fuzzer's bytes to `nodeproof::fuzzing::kube_bench_definitions`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| nodeproof::fuzzing::kube_bench_definitions(data));
