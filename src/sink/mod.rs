//! Where a report goes, and in which form: chosen, opened and provided with its settings before any work, so that a bad
//! name or a missing setting costs nothing. Judges nothing.

#[cfg(feature = "postgres")]
mod postgres;
pub(crate) mod settings;
#[cfg(feature = "postgres")]
mod tls;

use crate::cli::OutputFlags;
use crate::report::Report;
use crate::report::{Format, TextOptions, rows};
use settings::Database;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::fd::AsFd as _;
use std::path::PathBuf;
use std::time::SystemTime;

pub use settings::SettingError;

/// A report is written in portions: as a whole it may be large, and costs the kernel more to make room for than to write.
const PORTION: usize = 32 << 10;

/// What keeps a report from its reader.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// The environment does not say where to.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// This build cannot talk to a database.
    #[error("--pgsql: this build has no PostgreSQL in it (cargo feature `postgres`); --json gives what the rows hold")]
    NoDatabase,
    /// The file cannot be made.
    #[error("--outputfile {} cannot be written: {error}", .path.display())]
    File {
        /// Its name.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Writing broke off.
    #[error("the report cannot be written: {0}")]
    Write(io::Error),
    /// The database did not take the rows.
    #[cfg(feature = "postgres")]
    #[error(transparent)]
    Database(#[from] postgres::DatabaseError),
}

/// A report's way to its reader.
#[derive(Debug)]
pub struct Delivery {
    format: Format,
    file: Option<File>,
    database: Option<Database>,
    time: SystemTime,
}

/// What the flags ask for, in the order in which one goes before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OutputRequest {
    Junit,
    Json,
    Pgsql,
    Asff,
}

impl OutputRequest {
    const fn flag(self) -> &'static str {
        match self {
            Self::Junit => "--junit",
            Self::Json => "--json",
            Self::Pgsql => "--pgsql",
            Self::Asff => "--asff",
        }
    }

    /// All that is asked for, the one that is done first.
    fn all(flags: &OutputFlags) -> Vec<Self> {
        let asked = [
            (flags.junit, Self::Junit),
            (flags.json, Self::Json),
            (flags.pgsql, Self::Pgsql),
            (flags.asff, Self::Asff),
        ];
        asked.into_iter().filter_map(|(wanted, form)| wanted.then_some(form)).collect()
    }
}

impl Delivery {
    /// Makes everything ready. `variable` reads the environment; `time` is that of the audit.
    pub fn open(
        flags: &OutputFlags,
        variable: &dyn Fn(&str) -> Option<String>,
        time: SystemTime,
    ) -> Result<Self, DeliveryError> {
        let asked = OutputRequest::all(flags);
        say_what_is_left_out(&asked);
        let mut database = None;
        let format = match asked.first() {
            Some(OutputRequest::Junit) => Format::Junit,
            Some(OutputRequest::Json) => Format::Json { totals: !flags.nototals },
            Some(OutputRequest::Asff) => Format::Asff(settings::origin(variable, time)?),
            Some(OutputRequest::Pgsql) => {
                if cfg!(not(feature = "postgres")) {
                    return Err(DeliveryError::NoDatabase);
                }
                database = Some(settings::database(variable)?);
                Format::Text(text_options(flags))
            }
            None => Format::Text(text_options(flags)),
        };
        let file = match &flags.outputfile {
            Some(path) => Some(File::create(path).map_err(|error| DeliveryError::File { path: path.clone(), error })?),
            None => None,
        };
        Ok(Self { format, file, database, time })
    }

    /// Writes the report, and then sends it to the database: whatever that says, the report is there.
    pub fn write(self, report: &Report) -> Result<(), DeliveryError> {
        if !matches!(self.format, Format::Text(_)) {
            // Only the text has room for them; where stderr is closed there is nobody to tell.
            report.notices.iter().for_each(|notice| drop(writeln!(anstream::stderr(), "note: {notice}")));
        }
        let out: Box<dyn Write> = match (self.file, &self.format) {
            // Colour is for the text alone, and for a terminal; what programs read goes out as it is.
            (Some(file), Format::Text(_)) => Box::new(anstream::StripStream::new(file)),
            (None, Format::Text(_)) => Box::new(anstream::stdout().lock()),
            (Some(file), Format::Json { .. } | Format::Junit | Format::Asff(_)) => Box::new(file),
            (None, Format::Json { .. } | Format::Junit | Format::Asff(_)) => Box::new(plain_stdout()?),
        };
        let mut out = BufWriter::with_capacity(PORTION, out);
        match self.format.render(report, &mut out).and_then(|()| out.flush()) {
            Ok(()) => {}
            // Whoever reads the report may stop early, as `head` does.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
            Err(error) => return Err(DeliveryError::Write(error)),
        }
        match &self.database {
            Some(database) => send(database, &rows(report).map_err(DeliveryError::Write)?, self.time),
            None => Ok(()),
        }
    }
}

/// The standard output without a buffer, which would look for the end of a line in all that goes through it.
fn plain_stdout() -> Result<File, DeliveryError> {
    io::stdout().as_fd().try_clone_to_owned().map(File::from).map_err(DeliveryError::Write)
}

#[cfg(feature = "postgres")]
fn send(database: &Database, rows: &[String], time: SystemTime) -> Result<(), DeliveryError> {
    Ok(postgres::send(database, rows, time)?)
}

#[cfg(not(feature = "postgres"))]
fn send(_: &Database, _: &[String], _: SystemTime) -> Result<(), DeliveryError> {
    Err(DeliveryError::NoDatabase)
}

/// Two forms at once are one too many: the reader is told which one is not there.
fn say_what_is_left_out(asked: &[OutputRequest]) {
    if let Some((first, rest)) = asked.split_first() {
        for other in rest {
            let (first, other) = (first.flag(), other.flag());
            // Where stderr is closed there is nobody to tell.
            drop(writeln!(
                anstream::stderr(),
                "note: {other} is left out: {first} was asked for as well and goes first"
            ));
        }
    }
}

const fn text_options(flags: &OutputFlags) -> TextOptions {
    TextOptions {
        results: !flags.noresults,
        remediations: !flags.noremediations,
        summary: !flags.nosummary,
        totals: !flags.nototals,
        evidence: flags.include_test_output,
    }
}
