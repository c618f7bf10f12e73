//! A process that holds whatever command line it was started with, until its standard input ends. In `COMM` it may be told
//! a name that it takes in the kernel's list.

use std::io::Read;

fn main() {
    if let Some(name) = std::env::var_os("COMM") {
        // A kernel that refuses it makes no difference to those who wait for the process.
        drop(std::fs::write("/proc/self/comm", name.as_encoded_bytes()));
    }
    let mut nothing = Vec::new();
    // It ends when whoever started it does.
    drop(std::io::stdin().read_to_end(&mut nothing));
}
