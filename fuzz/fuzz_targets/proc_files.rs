//! Gives the fuzzer's bytes to `nodeproof::fuzzing::proc_files`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| nodeproof::fuzzing::proc_files(data));
