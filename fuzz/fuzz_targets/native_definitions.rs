//! Gives the fuzzer's bytes to `nodeproof::internals::fuzzing::native_definitions`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| nodeproof::internals::fuzzing::native_definitions(data));
