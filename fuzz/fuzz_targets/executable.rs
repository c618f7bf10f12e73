//! Gives the fuzzer's bytes to `nodeproof::fuzzing::executable`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| nodeproof::fuzzing::executable(data));
