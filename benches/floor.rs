//! The baseline for reading a process table: lists it once and reads `stat` and `cmdline` of each process.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a program to compare with")]

fn main() -> std::io::Result<()> {
    let mut bytes = 0;
    let mut processes = 0;
    for entry in std::fs::read_dir("/proc")? {
        let path = entry?.path();
        if !path.file_name().is_some_and(|n| n.as_encoded_bytes().iter().all(u8::is_ascii_digit)) {
            continue;
        }
        processes += 1;
        for file in ["stat", "cmdline"] {
            // The process may have ended since.
            bytes += std::fs::read(path.join(file)).map_or(0, |b| b.len());
        }
    }
    println!("{processes} processes, {bytes} bytes");
    Ok(())
}
