//! Gives the fuzzer's bytes to `nodeproof::fuzzing::snapshot`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| nodeproof::fuzzing::snapshot(data));
