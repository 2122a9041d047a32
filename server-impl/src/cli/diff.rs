//! `immich-server diff`: what changed between two contracts, and whether it breaks clients.

use super::args::Diff;
use immich_contract::diff::files::{self, Document, FileError};
use immich_contract::diff::render::{Report, render};
use immich_contract::diff::source::Source;
use immich_contract::diff::{Choice, Verdict};
use std::io::Write as _;
use std::process::ExitCode;

/// Exit status: 0 nothing changed, 1 compatible, 2 breaking, 3 error.
pub(super) fn run(arguments: &Diff) -> ExitCode {
    let (text, verdict) = match changes(arguments) {
        Ok(result) => result,
        Err(error) => {
            eprintln!("immich-server: {error}");
            return ExitCode::from(3);
        }
    };
    let mut out = anstream::stdout();
    if out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err() {
        return ExitCode::from(3);
    }
    ExitCode::from(verdict.exit_status())
}

fn changes(arguments: &Diff) -> Result<(String, Verdict), FileError> {
    let (old, Document { value, name, text }) = (files::document(&arguments.old)?, files::document(&arguments.new)?);
    let Diff { breaking, only_known, ref severities, .. } = *arguments;
    let choice = Choice { breaking, only_known, severities: severities.as_deref() };
    let comparison = choice.compare(&old.value, &value)?;
    let source = Some(Source { name: &name, text: &text, document: &value });
    let report = Report { changes: &comparison.reported, from: &old.name, to: &name, note: None, source };
    Ok((render(&report, arguments.form()), comparison.all.verdict()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        diff: Diff,
    }

    /// Compares two documents, of which the newer one is YAML.
    #[track_caller]
    fn compared(new: &str, options: &[&str]) -> (String, Verdict) {
        let folder = tempfile::tempdir().unwrap();
        let (old_file, new_file) = (folder.path().join("old.json"), folder.path().join("new.yaml"));
        std::fs::write(&old_file, r#"{"openapi": "3.0.3", "paths": {"/a": {"get": {}, "put": {}}}}"#).unwrap();
        std::fs::write(&new_file, new).unwrap();
        let files = ["diff", old_file.to_str().unwrap(), new_file.to_str().unwrap()];
        let line = Line::parse_from(files.iter().chain(options));
        changes(&line.diff).unwrap()
    }

    #[test]
    fn the_verdict_is_that_of_all_changes_and_breaking_ones_can_be_printed_alone() {
        let new = "openapi: 3.1.0\npaths:\n  /a:\n    get: {}\n    post: {}\n";
        let (text, verdict) = compared(new, &["--breaking", "--json"]);
        assert_eq!(verdict, Verdict::Breaking);
        assert!(text.contains("api-removed-without-deprecation") && !text.contains("endpoint-added"), "{text}");
    }

    #[test]
    fn only_the_operations_of_the_older_document_are_compared_on_demand() {
        let new = "openapi: 3.1.0\npaths:\n  /a:\n    get: {}\n    put: {}\n    post: {}\n";
        assert_eq!(compared(new, &[]).1, Verdict::Compatible);
        assert_eq!(compared(new, &["--only-known"]).1, Verdict::Same);
    }
}
