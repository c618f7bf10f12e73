//! The program in kubesec's place: carries out its command line and delivers the output.

use crate::kubesec::run;
use crate::sink::Destination;
use std::ffi::OsString;
use std::io::Write as _;

/// Carries out the words of kubesec's command line, the program's name first, and returns the exit code.
pub(crate) fn kubesec(words: &[OsString]) -> u8 {
    let answer = run(words);
    let mut errors = answer.stderr;
    if let Some((path, content)) = &answer.file {
        let written =
            Destination::open(Some(path)).and_then(|file| file.write_with(false, &|out| out.write_all(content)));
        // As with kubesec, the exit code is that of the scan.
        if let Err(error) = written {
            errors.push_str(&format!("{error}\n"));
        }
    }
    let printed = Destination::Stdout.write_with(false, &|out| out.write_all(&answer.stdout));
    if let Err(error) = &printed {
        errors.push_str(&format!("{error}\n"));
    }
    // Ignore the error: stderr is closed.
    drop(anstream::stderr().write_all(errors.as_bytes()));
    if printed.is_ok() { answer.exit_code } else { 1 }
}
