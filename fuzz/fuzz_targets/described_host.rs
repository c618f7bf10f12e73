//! Gives the fuzzer's bytes to `nodeproof::internals::fuzzing::described_host`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| nodeproof::internals::fuzzing::described_host(data));
