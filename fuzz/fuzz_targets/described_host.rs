//! Gives the fuzzer's bytes to `nodeproof::fuzzing::described_host`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| nodeproof::fuzzing::described_host(data));
