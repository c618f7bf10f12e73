//! Gives the fuzzer's bytes to `nodeproof::fuzzing::shell`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| nodeproof::fuzzing::shell(data));
