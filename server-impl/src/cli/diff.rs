//! `immich-server diff`: what changed between two contracts, and whether it breaks clients.

use super::args::Diff;
use immich_contract::diff::files::{self, Document, FileError};
use immich_contract::diff::render::{Report, render};
use immich_contract::diff::source::Source;
use immich_contract::diff::{Level, Verdict, compare};
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
    ExitCode::from(match verdict {
        Verdict::Same => 0,
        Verdict::Compatible => 1,
        Verdict::Breaking => 2,
    })
}

fn changes(arguments: &Diff) -> Result<(String, Verdict), FileError> {
    let (old, Document { value, name, text }) = (files::document(&arguments.old)?, files::document(&arguments.new)?);
    let mut changes = compare(&old.value, &value);
    if let Some(path) = &arguments.severities {
        files::severities(path)?.apply(&mut changes);
    }
    if arguments.only_known {
        changes.keep_known();
    }
    let verdict = changes.verdict();
    if arguments.breaking {
        changes.keep_level(Level::Breaking);
    }
    let source = Some(Source { name: &name, text: &text, document: &value });
    let report = Report { changes: &changes, from: &old.name, to: &name, note: None, source };
    Ok((render(&report, arguments.form()), verdict))
}
