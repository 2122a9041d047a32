//! `diff`: the two contracts, and which changes to print.

use immich_contract::diff::render::Form;
use std::path::PathBuf;

/// `diff`
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Diff {
    /// The older OpenAPI document, in JSON or YAML
    pub old: PathBuf,
    /// The newer OpenAPI document, in JSON or YAML
    pub new: PathBuf,
    /// Print breaking changes only; the exit status remains that of all changes
    #[arg(long)]
    pub breaking: bool,
    /// Compare only the operations that the older document has
    #[arg(long)]
    pub only_known: bool,
    /// TOML file with the levels of rules: `rule = "breaking"`, or "warning", "compatible", "ignore"
    #[arg(long, value_name = "FILE")]
    pub severities: Option<PathBuf>,
    #[command(flatten)]
    form: FormFlags,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::Args)]
#[group(multiple = false)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag, and clap allows one")]
struct FormFlags {
    /// Print Markdown
    #[arg(long)]
    markdown: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Print SARIF 2.1.0
    #[arg(long)]
    sarif: bool,
    /// Print annotations for GitHub Actions
    #[arg(long)]
    annotations: bool,
}

impl Diff {
    /// The form of the output.
    #[must_use]
    pub fn form(&self) -> Form {
        match self.form {
            FormFlags { markdown: true, .. } => Form::Markdown,
            FormFlags { json: true, .. } => Form::Json,
            FormFlags { sarif: true, .. } => Form::Sarif,
            FormFlags { annotations: true, .. } => Form::Annotations,
            FormFlags { .. } => Form::Text,
        }
    }
}
