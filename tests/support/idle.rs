//! A process that holds whatever command line it was started with, until its standard input ends. In `COMM` it may be told
//! a name that it takes in the kernel's list, in `TITLE` a text that it puts in the place of its command line.

#![allow(clippy::disallowed_methods, reason = "it reads about itself, no node")]

use std::fs::File;
use std::io::{Error, Read};
use std::os::unix::fs::FileExt;

fn main() -> Result<(), Error> {
    if let Some(name) = std::env::var_os("COMM") {
        // A kernel that refuses it makes no difference to those who wait for the process.
        drop(std::fs::write("/proc/self/comm", name.as_encoded_bytes()));
    }
    if let Some(title) = std::env::var_os("TITLE") {
        set_title(title.as_encoded_bytes())?;
    }
    let mut nothing = Vec::new();
    // It ends when whoever started it does.
    drop(std::io::stdin().read_to_end(&mut nothing));
    Ok(())
}

/// Overwrites the command line in the memory of this process, as K3s does to hide its arguments. What the title leaves of it
/// becomes NUL.
fn set_title(title: &[u8]) -> Result<(), Error> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    // The fields 48 and 49 are where the command line begins and ends; the first one after the name is field 3.
    let mut bounds = after_name.split_ascii_whitespace().skip(48 - 3).map(str::parse::<u64>);
    let (Some(Ok(start)), Some(Ok(end))) = (bounds.next(), bounds.next()) else {
        return Err(Error::other("the kernel does not say where the command line is"));
    };
    let length = usize::try_from(end - start).map_err(Error::other)?;
    if title.len() >= length {
        return Err(Error::other("the title is longer than the command line"));
    }
    let mut line = title.to_vec();
    line.resize(length, 0);
    File::options().write(true).open("/proc/self/mem")?.write_all_at(&line, start)
}
