//! Gives the fuzzer's bytes to `nodeproof::internals::fuzzing::flags`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| nodeproof::internals::fuzzing::flags(data));
