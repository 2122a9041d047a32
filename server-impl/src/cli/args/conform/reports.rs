//! `conform`: its reports, and what makes it fail beside findings.

use std::path::{Path, PathBuf};

use clap::builder::FalseyValueParser;
use immich_conform::{Baseline, WaiverError, Waivers};

/// Reports, accepted findings, and the least coverage.
#[derive(Clone, Debug, clap::Args)]
pub struct Reports {
    /// File of findings to accept, as TOML or JSON
    #[arg(long, value_name = "FILE")]
    waivers: Option<PathBuf>,
    /// Fail if a waiver matches no finding
    #[arg(long)]
    fail_on_stale_waiver: bool,
    /// Accept the findings in this file, and fail on new ones only; --write-baseline writes it
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write all findings into this file for --baseline, and do not fail because of them
    #[arg(long, value_name = "FILE")]
    pub write_baseline: Option<PathBuf>,
    /// Fail if less of the contract was exercised, in percent
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub min_coverage: Option<f64>,
    /// Write the report as JUnit XML
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Write the report as JSON
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write the report as one HTML page
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Write the report as SARIF 2.1.0, for code scanning
    #[arg(long, value_name = "FILE")]
    pub sarif: Option<PathBuf>,
    /// The summary as Markdown.
    #[arg(long, value_name = "FILE", help = "Write a summary as Markdown, for instance into $GITHUB_STEP_SUMMARY")]
    pub markdown: Option<PathBuf>,
    /// Write all requests and responses as an HTTP Archive (HAR 1.2); secrets are shortened
    #[arg(long, value_name = "FILE")]
    pub har: Option<PathBuf>,
    /// Print the findings also as annotations of GitHub Actions; always in GitHub Actions
    #[arg(long, env = "GITHUB_ACTIONS", value_parser = FalseyValueParser::new())]
    pub github_annotations: bool,
}

impl Reports {
    /// The findings to accept.
    ///
    /// # Errors
    /// A file cannot be read or is malformed.
    pub fn accepted(&self) -> Result<Waivers, WaiverError> {
        let waivers = self.waivers.as_deref().map(Waivers::read).transpose()?.unwrap_or_default();
        let baseline = self.baseline.as_deref().map(|path: &Path| Baseline::read(path)).transpose()?;
        Ok(Waivers { baseline, fail_on_stale: self.fail_on_stale_waiver, ..waivers })
    }
}

fn percent(text: &str) -> Result<f64, String> {
    let number: Option<f64> = text.trim_end_matches('%').parse().ok();
    number.filter(|percent| (0.0..=100.0).contains(percent)).ok_or_else(|| "a number from 0 to 100".to_owned())
}
