//! A process that holds whatever command line it was started with, until its standard input ends.

use std::io::Read;

fn main() {
    let mut nothing = Vec::new();
    // It ends when whoever started it does.
    drop(std::io::stdin().read_to_end(&mut nothing));
}
