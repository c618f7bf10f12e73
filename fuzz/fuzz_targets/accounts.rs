//! Gives the fuzzer's bytes to `nodeproof::fuzzing::accounts`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| nodeproof::fuzzing::accounts(data));
