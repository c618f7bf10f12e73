//! Gives the fuzzer's bytes to `nodeproof::internals::fuzzing::kubeconfig`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| nodeproof::internals::fuzzing::kubeconfig(data));
