//! Gives the fuzzer's bytes to `nodeproof::internals::fuzzing::dockerfile`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| nodeproof::internals::fuzzing::dockerfile(data));
