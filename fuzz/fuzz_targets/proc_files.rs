//! Gives the fuzzer's bytes to `nodeproof::internals::fuzzing::proc_files`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| nodeproof::internals::fuzzing::proc_files(data));
