//! Gives the fuzzer's bytes to `nodeproof::internals::fuzzing::executable`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| nodeproof::internals::fuzzing::executable(data));
