//! Where the reports of `nodeproof judge` go: to standard output one after the other, or each to a file of its own.

use super::delivery::formats;
use super::flags::{CompatMode, OutputFlags};
use super::formats::FormatName;
use crate::commands::Failure;
use crate::report::{Format, Report};
use crate::sink::Destination;
use anyhow::Context as _;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The longest name of a file, before its extension.
const MOST_NAME: usize = 200;

/// The formats of each report, and the directory of the files.
pub(super) struct Outputs {
    formats: Vec<(FormatName, Box<dyn Format>)>,
    directory: Option<PathBuf>,
}

/// The names of files that are in use.
#[derive(Debug, Default)]
pub(super) struct FileNames(BTreeSet<String>);

/// A report in each format.
pub(super) type Rendered = Vec<Vec<u8>>;

impl Outputs {
    /// Makes the formats and the directory ready.
    pub(super) fn open(flags: &OutputFlags, mode: CompatMode, directory: Option<&Path>) -> Result<Self, Failure> {
        if flags.pgsql || flags.outputfile.is_some() {
            let message = "there is a report for each node: name a directory with --output-dir, or use --merge";
            return Err(Failure::Usage(message.to_owned()));
        }
        let formats = formats(flags, mode, FormatName::Report, &|name| std::env::var(name).ok())?;
        match directory {
            Some(directory) => make(directory)?,
            None => {
                if formats.len() > 1 {
                    let message = "several formats need files: name a directory with --output-dir, or use --merge";
                    return Err(Failure::Usage(message.to_owned()));
                }
                if let Some((format, _)) = formats.iter().find(|(format, _)| !format.is_stream()) {
                    return Err(Failure::Usage(format!(
                        "reports in the format {} cannot follow each other in one stream; use --output-dir, or --merge",
                        format.id()
                    )));
                }
            }
        }
        Ok(Self { formats, directory: directory.map(Path::to_owned) })
    }

    /// A report in each format.
    pub(super) fn render(&self, report: &Report) -> Result<Rendered, Failure> {
        let render = |(_, format): &(FormatName, Box<dyn Format>)| {
            let mut bytes = Vec::new();
            let written = if format.is_for_people() {
                format.render(report, &mut anstream::StripStream::new(&mut bytes))
            } else {
                format.render(report, &mut bytes)
            };
            written.context("a report cannot be written")?;
            Ok(bytes)
        };
        self.formats.iter().map(render).collect()
    }

    /// Writes what was rendered. `node`: the name of the node, or that of the snapshot.
    pub(super) fn write(&self, names: &mut FileNames, node: &str, rendered: &Rendered) -> Result<(), Failure> {
        let Some(directory) = &self.directory else {
            let stdout = Destination::Stdout;
            return rendered.iter().try_for_each(|bytes| Ok(stdout.write_with(false, &|out| out.write_all(bytes))?));
        };
        let name = names.next(node);
        for ((format, _), bytes) in self.formats.iter().zip(rendered) {
            let path = directory.join(format!("{name}.{}", format.extension()));
            Destination::open(Some(&path))?.write_with(false, &|out| out.write_all(bytes))?;
        }
        Ok(())
    }
}

impl FileNames {
    /// A name for the files of a node, which no other has in this run.
    fn next(&mut self, node: &str) -> String {
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
        let plain = node.chars().take(MOST_NAME).map(|letter| if is_plain(letter) { letter } else { '_' });
        let plain: String = plain.collect();
        let plain = plain.trim_start_matches('.');
        let plain = if plain.is_empty() { "node" } else { plain };
        let mut name = plain.to_owned();
        for number in 2_usize.. {
            if self.0.insert(name.clone()) {
                break;
            }
            name = format!("{plain}-{number}");
        }
        name
    }
}

fn make(directory: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(directory).map_err(|error| {
        Failure::Other(anyhow::anyhow!("--output-dir: {}: {}", directory.display(), crate::text::system_error(&error)))
    })
}
