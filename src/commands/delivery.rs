//! Delivers a report: in each format that was asked for to its destination, and to a database.

use super::flags::{CompatMode, OutputFlags, OutputRequest, trim_list};
use super::formats::{FormatName, FormatOptions};
use super::store::Store;
use crate::commands::Failure;
use crate::model::Status;
use crate::report::{Format, Report, TextParts, TextShape};
use crate::sink::{Destination, terminal};
use std::io::Write as _;
use std::path::PathBuf;

/// The destinations of a report, all checked before the audit.
pub(crate) struct Delivery {
    outputs: Vec<(Box<dyn Format>, Destination)>,
    database: Option<Database>,
    store: Option<Store>,
}

impl Delivery {
    /// Makes everything ready. `variable` reads the environment.
    pub(crate) fn open(
        flags: &OutputFlags,
        mode: CompatMode,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, Failure> {
        let requests = requests(flags, variable)?;
        let text = text_shape(flags, &requests, variable)?;
        let options = options(flags, mode, &text, variable);
        let mut outputs: Vec<(Box<dyn Format>, Destination)> = Vec::new();
        let has_line = requests.iter().any(|request| request.format == FormatName::Line);
        for OutputRequest { format, file } in requests {
            let destination = Destination::open(file.as_deref())?;
            if outputs.iter().any(|(_, other)| destination.is_same(other)) {
                return Err(Failure::Usage(format!(
                    "two reports for {destination}; give all but one a file of its own (--format {}=FILE)",
                    format.id()
                )));
            }
            outputs.push((format.format(options)?, destination));
        }
        let is_silent = !outputs.iter().any(|(_, destination)| destination.is_same(&Destination::Stdout));
        if flags.repeated && is_silent && !has_line {
            outputs.push((FormatName::Line.format(options)?, Destination::Stdout));
        }
        let database = stores_rows(flags).then(|| Database::open(variable)).transpose()?;
        let store = flags.store.map(|name| Store::open(name, flags.store_cluster.as_deref(), variable)).transpose()?;
        Ok(Self { outputs, database, store })
    }

    /// Writes the report everywhere. The databases come last: whatever they say, the report is written, and each gets it.
    pub(crate) fn write(&self, report: &Report) -> Result<(), Failure> {
        if !self.outputs.iter().any(|(format, _)| format.is_for_people()) {
            for notice in &report.notices {
                // Ignore the error: stderr is closed.
                drop(writeln!(anstream::stderr(), "note: {notice}"));
            }
        }
        for (format, destination) in &self.outputs {
            destination.write(report, format.as_ref())?;
        }
        let rows = self.database.as_ref().map_or(Ok(()), |database| database.send(report));
        let stored = self.store.as_ref().map_or(Ok(()), |store| store.write(report));
        match (rows, stored) {
            (Err(rows), Err(stored)) => Err(Failure::Other(anyhow::anyhow!("{rows}; {stored}"))),
            (rows, stored) => rows.and(stored),
        }
    }
}

/// A format, and what writes it.
pub(super) type NamedFormat = (FormatName, Box<dyn Format>);

/// The formats that were asked for, without their destinations; `default` if none was. One with a file of its own is refused.
pub(super) fn formats(
    flags: &OutputFlags,
    mode: CompatMode,
    default: FormatName,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Vec<NamedFormat>, Failure> {
    let is_default = flags.format.is_empty() && format_by_flag(flags)?.is_none();
    let mut requests = requests(flags, variable)?;
    if is_default && from_environment(variable)?.is_empty() {
        requests = vec![OutputRequest { format: default, file: None }];
    }
    let text = text_shape(flags, &requests, variable)?;
    let options = options(flags, mode, &text, variable);
    let format = |OutputRequest { format, file }: OutputRequest| match file {
        None => Ok((format, format.format(options)?)),
        Some(_) => Err(Failure::Usage(format!(
            "there is a report for each node: name a directory with --output-dir in place of a file for {}",
            format.id()
        ))),
    };
    requests.into_iter().map(format).collect()
}

/// The shape of the text, which `--only` is about.
fn text_shape(
    flags: &OutputFlags,
    requests: &[OutputRequest],
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<TextShape, Failure> {
    let only = statuses(&flags.only)?;
    if !only.is_empty() && requests.iter().all(|request| request.format != FormatName::Text) {
        return Err(Failure::Usage(
            "--only filters the text report, and none is written here. Add \
             --format text, or leave out --only"
                .to_owned(),
        ));
    }
    Ok(TextShape { parts: text_parts(flags), only, width: terminal::columns(variable) })
}

fn options<'a>(
    flags: &OutputFlags,
    mode: CompatMode,
    text: &'a TextShape,
    variable: &'a dyn Fn(&str) -> Option<String>,
) -> FormatOptions<'a> {
    FormatOptions {
        text,
        as_kube_bench: mode == CompatMode::KubeBench,
        totals: !flags.nototals,
        sarif_all: flags.sarif_all,
        markdown_limit: flags.markdown_limit,
        openreports_all: flags.openreports_all,
        variable,
    }
}

/// What was asked for by `--format`, by the flags of single formats, and by the environment.
fn requests(flags: &OutputFlags, variable: &dyn Fn(&str) -> Option<String>) -> Result<Vec<OutputRequest>, Failure> {
    let mut requests = flags.format.clone();
    let by_flag = format_by_flag(flags)?;
    if requests.is_empty() && by_flag.is_none() {
        requests = from_environment(variable)?;
    }
    requests.extend(by_flag.map(|format| OutputRequest { format, file: None }));
    if requests.is_empty() {
        let format = if flags.repeated { FormatName::Line } else { FormatName::Text };
        requests.push(OutputRequest { format, file: None });
    }
    if let Some(file) = &flags.outputfile {
        let mut without_file = requests.iter_mut().filter(|request| request.file.is_none());
        match without_file.next() {
            Some(request) => request.file = Some(PathBuf::from(file)),
            None => {
                return Err(Failure::Usage("--outputfile: every --format has a file of its own already".to_owned()));
            }
        }
    }
    Ok(requests)
}

fn from_environment(variable: &dyn Fn(&str) -> Option<String>) -> Result<Vec<OutputRequest>, Failure> {
    let value = variable("NODEPROOF_FORMAT").unwrap_or_default();
    let requests = value.split(',').map(str::trim).filter(|text| !text.is_empty()).map(str::parse);
    requests.collect::<Result<_, String>>().map_err(|e| Failure::Usage(format!("NODEPROOF_FORMAT: {e}")))
}

/// The statuses of `--only`.
fn statuses(names: &[String]) -> Result<Vec<Status>, Failure> {
    let mut names = names.to_vec();
    trim_list(&mut names);
    let parse = |name: &String| name.parse().map_err(|error| Failure::Usage(format!("--only: {error}")));
    names.iter().map(parse).collect()
}

const fn text_parts(flags: &OutputFlags) -> TextParts {
    TextParts {
        results: !flags.noresults,
        remediations: !flags.noremediations,
        summary: !flags.nosummary,
        totals: !flags.nototals,
        evidence: flags.include_test_output,
    }
}

/// The format of `--junit`, `--json`, `--pgsql` and `--asff`: the first of them, in this order, as with kube-bench.
#[cfg(feature = "kube-bench")]
fn format_by_flag(flags: &OutputFlags) -> Result<Option<FormatName>, Failure> {
    let given = [
        (flags.junit, "--junit", Some(FormatName::Junit)),
        (flags.json, "--json", Some(FormatName::Json)),
        (flags.pgsql, "--pgsql", None),
        (flags.asff, "--asff", Some(FormatName::Asff)),
    ];
    let mut given = given.into_iter().filter(|(wanted, ..)| *wanted);
    let Some((_, first, format)) = given.next() else {
        return Ok(None);
    };
    for (_, other, _) in given {
        // Ignore the error: stderr is closed.
        drop(writeln!(
            anstream::stderr(),
            "note: {other} is ignored: {first} takes precedence; --format can be repeated"
        ));
    }
    Ok(format)
}

/// Whether the report is also stored in a database: `--junit` and `--json` take precedence over `--pgsql`.
const fn stores_rows(flags: &OutputFlags) -> bool {
    flags.pgsql && !flags.junit && !flags.json
}

/// This build has none of these formats.
#[cfg(not(feature = "kube-bench"))]
fn format_by_flag(flags: &OutputFlags) -> Result<Option<FormatName>, Failure> {
    let given = [(flags.junit, "--junit"), (flags.json, "--json"), (flags.asff, "--asff")];
    match given.into_iter().find(|(wanted, _)| *wanted) {
        Some((_, flag)) => Err(Failure::Usage(format!(
            "{flag}: this build has no formats of kube-bench (cargo feature `kube-bench`); use --format report"
        ))),
        None => Ok(None),
    }
}

#[cfg(feature = "postgres")]
struct Database(crate::sink::database::Database);

#[cfg(feature = "postgres")]
impl Database {
    fn open(variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, Failure> {
        Ok(Self(crate::sink::database::database(variable)?))
    }

    fn send(&self, report: &Report) -> Result<(), Failure> {
        let rows = crate::kube_bench::format::rows(report).map_err(|e| Failure::Other(e.into()))?;
        crate::sink::postgres::send(&self.0, &rows, &report.time.start).map_err(|e| Failure::Other(e.into()))
    }
}

#[cfg(not(feature = "postgres"))]
struct Database;

#[cfg(not(feature = "postgres"))]
impl Database {
    fn open(_: &dyn Fn(&str) -> Option<String>) -> Result<Self, Failure> {
        Err(Failure::Usage(
            "--pgsql: this build has no PostgreSQL support (cargo feature `postgres`); --format report has all that the rows hold"
                .to_owned(),
        ))
    }

    fn send(&self, _: &Report) -> Result<(), Failure> {
        Ok(())
    }
}
