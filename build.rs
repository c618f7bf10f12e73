//! Turns the YAML under `benchmarks/` and `cfg/` into JSON at build time, so that the binary starts without parsing YAML.
//! Only the notation changes; what the data means is checked by the loader, which reads both.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

#[expect(clippy::disallowed_methods, reason = "the build reads the definitions, no machine under audit")]
fn main() -> io::Result<()> {
    let mut out = String::from("&[\n");
    for folder in ["benchmarks/catalog", "benchmarks/profiles", "cfg"] {
        println!("cargo::rerun-if-changed={folder}");
        for file in yaml_files(Path::new(folder))? {
            let text = fs::read_to_string(&file)?;
            let value: serde_json::Value =
                serde_saphyr::from_str(&text).map_err(|e| io::Error::other(format!("{}: {e}", file.display())))?;
            writeln!(out, "    ({:?}, {:?}),", file.display().to_string(), value.to_string())
                .map_err(io::Error::other)?;
        }
    }
    out.push(']');
    let target = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("OUT_DIR is not set"))?;
    fs::write(PathBuf::from(target).join("embedded.rs"), out)
}

#[expect(clippy::disallowed_methods, reason = "the build reads the definitions, no machine under audit")]
fn yaml_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|e| e.path())).collect::<io::Result<_>>()?;
    files.retain(|f| f.extension().is_some_and(|e| e == "yaml"));
    files.sort();
    Ok(files)
}
