//! The formats of an audit's report.

use crate::commands::Failure;
#[cfg(feature = "kube-bench")]
use crate::kube_bench::{
    format::{Asff, Json, Junit, Lines},
    settings,
};
use crate::report::{
    CsvFormat, Format, GitlabFormat, HtmlFormat, LineFormat, MarkdownFormat, MarkdownLimit, NdjsonFormat, OcsfFormat,
    OpenReportsFormat, OscalFormat, PrometheusFormat, ReportApi, ReportFormat, SarifFormat, TextFormat, TextShape,
};
use std::str::FromStr;

/// A format that can be asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FormatName {
    /// For people.
    #[default]
    Text,
    /// The whole report, version 1; `nodeproof convert` reads it.
    Report,
    /// One short line of JSON for logs.
    Line,
    /// SARIF for code scanning.
    Sarif,
    /// One HTML page.
    Html,
    /// Markdown for a comment or the summary of a job.
    Markdown,
    /// CSV with a row for each check.
    Csv,
    /// One line of JSON for each check.
    Ndjson,
    /// GitLab's Code Quality report.
    Gitlab,
    /// Metrics for node_exporter's textfile collector.
    Prometheus,
    /// Compliance Findings of OCSF, one a line.
    Ocsf,
    /// A ClusterReport of OpenReports.
    OpenReports,
    /// A ClusterPolicyReport.
    PolicyReport,
    /// Assessment results of OSCAL.
    Oscal,
    /// JSON as kubesec prints it, of `scan` alone.
    Kubesec,
    /// JSON as kube-bench prints it.
    #[cfg(feature = "kube-bench")]
    Json,
    /// JUnit XML.
    #[cfg(feature = "kube-bench")]
    Junit,
    /// Findings for AWS Security Hub.
    #[cfg(feature = "kube-bench")]
    Asff,
}

/// What the formats need to know of the command line.
#[derive(Clone, Copy)]
pub(crate) struct FormatOptions<'a> {
    /// The shape of the text.
    pub(crate) text: &'a TextShape,
    /// Whether the text is kube-bench's.
    #[cfg_attr(not(feature = "kube-bench"), expect(dead_code, reason = "this build has no such text"))]
    pub(crate) as_kube_bench: bool,
    /// Whether the JSON has the totals of all targets.
    pub(crate) totals: bool,
    /// Whether SARIF has more than failures.
    pub(crate) sarif_all: bool,
    /// How long Markdown may be.
    pub(crate) markdown_limit: MarkdownLimit,
    /// Whether objects of the API have passes too.
    pub(crate) openreports_all: bool,
    /// Reads the environment.
    pub(crate) variable: &'a dyn Fn(&str) -> Option<String>,
}

impl FormatName {
    /// All of them.
    pub(crate) const ALL: &[Self] = &[
        Self::Text,
        Self::Report,
        Self::Line,
        Self::Sarif,
        Self::Html,
        Self::Markdown,
        Self::Csv,
        Self::Ndjson,
        Self::Gitlab,
        Self::Prometheus,
        Self::Ocsf,
        Self::OpenReports,
        Self::PolicyReport,
        Self::Oscal,
        #[cfg(feature = "kube-bench")]
        Self::Json,
        #[cfg(feature = "kube-bench")]
        Self::Junit,
        #[cfg(feature = "kube-bench")]
        Self::Asff,
    ];

    /// Its name on the command line.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Report => "report",
            Self::Line => "line",
            Self::Sarif => "sarif",
            Self::Html => "html",
            Self::Markdown => "markdown",
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Gitlab => "gitlab",
            Self::Prometheus => "prometheus",
            Self::Ocsf => "ocsf",
            Self::OpenReports => "openreports",
            Self::PolicyReport => "policyreport",
            Self::Oscal => "oscal",
            Self::Kubesec => "kubesec",
            #[cfg(feature = "kube-bench")]
            Self::Json => "json",
            #[cfg(feature = "kube-bench")]
            Self::Junit => "junit",
            #[cfg(feature = "kube-bench")]
            Self::Asff => "asff",
        }
    }

    /// The end of the name of a file with it.
    pub(crate) const fn extension(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Report => "json",
            Self::Line => "line.json",
            Self::Sarif => "sarif",
            Self::Html => "html",
            Self::Markdown => "md",
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Gitlab => "gitlab.json",
            Self::Prometheus => "prom",
            Self::Ocsf => "ocsf.json",
            Self::OpenReports => "openreports.json",
            Self::PolicyReport => "policyreport.json",
            Self::Oscal => "oscal.json",
            Self::Kubesec => "kubesec.json",
            #[cfg(feature = "kube-bench")]
            Self::Json => "kube-bench.json",
            #[cfg(feature = "kube-bench")]
            Self::Junit => "xml",
            #[cfg(feature = "kube-bench")]
            Self::Asff => "asff.json",
        }
    }

    /// Whether several reports can follow each other in one stream.
    pub(crate) const fn is_stream(self) -> bool {
        match self {
            Self::Text | Self::Report | Self::Line | Self::Ndjson | Self::Ocsf => true,
            Self::Sarif
            | Self::Html
            | Self::Markdown
            | Self::Csv
            | Self::Gitlab
            | Self::Prometheus
            | Self::OpenReports
            | Self::PolicyReport
            | Self::Oscal
            | Self::Kubesec => false,
            #[cfg(feature = "kube-bench")]
            Self::Json | Self::Junit | Self::Asff => false,
        }
    }

    /// The help of `--format`, of `scan` with the format that it alone has.
    pub(crate) fn help(of_scan: bool) -> String {
        let names = Self::ALL.iter().copied().chain(of_scan.then_some(Self::Kubesec));
        let names: Vec<&str> = names.map(Self::id).collect();
        format!(
            "Write the report in this format, to FILE or to standard output; can be repeated. Formats: {}",
            names.join(", ")
        )
    }

    /// Makes the format ready: what it needs from the environment is read now.
    pub(crate) fn format(self, options: FormatOptions<'_>) -> Result<Box<dyn Format>, Failure> {
        Ok(match self {
            #[cfg(feature = "kube-bench")]
            Self::Text if options.as_kube_bench => Box::new(Lines(options.text.parts)),
            Self::Text => Box::new(TextFormat(options.text.clone())),
            Self::Report => Box::new(ReportFormat),
            Self::Line => Box::new(LineFormat),
            Self::Sarif => Box::new(SarifFormat { all: options.sarif_all }),
            Self::Html => Box::new(HtmlFormat),
            Self::Markdown => Box::new(MarkdownFormat { limit: options.markdown_limit }),
            Self::Csv => Box::new(CsvFormat),
            Self::Ndjson => Box::new(NdjsonFormat),
            Self::Gitlab => Box::new(GitlabFormat),
            Self::Prometheus => Box::new(PrometheusFormat),
            Self::Ocsf => Box::new(OcsfFormat),
            Self::OpenReports => {
                Box::new(OpenReportsFormat { api: ReportApi::OpenReports, all: options.openreports_all })
            }
            Self::PolicyReport => {
                Box::new(OpenReportsFormat { api: ReportApi::PolicyReport, all: options.openreports_all })
            }
            Self::Oscal => Box::new(OscalFormat),
            Self::Kubesec => {
                let message = "--format kubesec is a format of `nodeproof scan`, and the only one of its run";
                return Err(Failure::Usage(message.to_owned()));
            }
            #[cfg(feature = "kube-bench")]
            Self::Json => Box::new(Json { totals: options.totals }),
            #[cfg(feature = "kube-bench")]
            Self::Junit => Box::new(Junit),
            #[cfg(feature = "kube-bench")]
            Self::Asff => Box::new(Asff(settings::origin(options.variable)?)),
        })
    }
}

impl FromStr for FormatName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let all = || Self::ALL.iter().map(|format| format.id());
        if text == Self::Kubesec.id() {
            return Ok(Self::Kubesec);
        }
        Self::ALL.iter().copied().find(|format| format.id() == text).ok_or_else(|| {
            let near = if text.contains(',') {
                "; give each format a --format of its own;".to_owned()
            } else {
                crate::text::suggestions(&text.to_lowercase(), all())
            };
            let separator = if near.is_empty() { ";" } else { "" };
            format!("unknown format `{text}`{near}{separator} the formats are {}", all().collect::<Vec<_>>().join(", "))
        })
    }
}
