//! Gives the fuzzer's bytes to `nodeproof::fuzzing::journal`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| nodeproof::fuzzing::journal(data));
