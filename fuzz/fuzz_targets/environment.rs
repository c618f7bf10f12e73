//! Gives the fuzzer's bytes to `nodeproof::internals::fuzzing::environment`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| nodeproof::internals::fuzzing::environment(data));
