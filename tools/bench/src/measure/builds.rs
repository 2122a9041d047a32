//! How long building takes: from nothing, with nothing to do, and after an edit of the contract.
//!
//! On a copy of the repository with its own build folder: the working copy is not touched.

use super::{Bench, Results};
use crate::error::BenchError;
use crate::run::output;
use crate::targets;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// An edit of the contract that breaks every client: the member of ping's answer gets another name.
const EDITED: (&str, &str) = (r#""res""#, r#""resp""#);
/// The schema that is edited.
const SCHEMA: &str = r#""ServerPingResponse""#;

pub(crate) fn measure(bench: &Bench<'_>) -> Result<Results, BenchError> {
    let copy = copy_repository(&bench.programs.folder.join("copy"))?;
    let contract = copy.join("spec/openapi.json");
    let original = fs::read_to_string(&contract).map_err(BenchError::file(&contract))?;
    let edited = edit(&original).ok_or_else(|| BenchError::Invalid(format!("no {SCHEMA} in the contract")))?;
    let write = |text: &str| fs::write(&contract, text).map_err(BenchError::file(&contract));

    let clean = cargo(&copy, "build", true)?;
    let nothing = (0..bench.rounds).map(|_| cargo(&copy, "build", true)).collect::<Result<Vec<_>, _>>()?;
    cargo(&copy, "check", true)?;
    let mut edits = Vec::new();
    for _ in 0..bench.rounds {
        write(&edited)?;
        edits.push(cargo(&copy, "check", false)?);
        write(&original)?;
        cargo(&copy, "check", true)?;
    }
    let checked = [
        targets::BUILD_NOTHING.check(&nothing),
        targets::BUILD_CONTRACT.check(&edits),
        targets::BUILD_CLEAN.check(&[clean]),
    ];
    Ok(Results { targets: checked.into_iter().flatten().collect(), ..Results::default() })
}

/// The contract with its edit.
fn edit(contract: &str) -> Option<String> {
    let (before, schema) = contract.split_at(contract.find(SCHEMA)?);
    let (from, to) = EDITED;
    // Once among the properties, once among the required ones.
    schema.contains(from).then(|| format!("{before}{}", schema.replacen(from, to, 2)))
}

/// Copies the files that git does not ignore to a new folder, and gives the folder of the copy.
fn copy_repository(folder: &Path) -> Result<PathBuf, BenchError> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(BenchError::file(folder))?;
    }
    let copy = folder.join("repository");
    let list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    for file in output("git", Command::new("git").args(list))?.split('\0').filter(|file| Path::new(file).is_file()) {
        let to = copy.join(file);
        let parent = to.parent().unwrap_or(&copy);
        fs::create_dir_all(parent).map_err(BenchError::file(parent))?;
        fs::copy(file, &to).map_err(BenchError::file(&to))?;
    }
    Ok(copy)
}

/// The seconds that a command of cargo takes; an error unless it succeeds, or fails, as it should.
fn cargo(copy: &Path, action: &str, should_succeed: bool) -> Result<f64, BenchError> {
    let mut command = Command::new("cargo");
    command.args([action, "--locked", "--quiet", "--package", "immich-server"]).current_dir(copy);
    command.env("CARGO_TARGET_DIR", copy.join("../target")).env_remove("CARGO_INCREMENTAL");
    let begin = Instant::now();
    let printed = output("cargo", &mut command);
    let seconds = begin.elapsed().as_secs_f64();
    match (printed, should_succeed) {
        (Ok(_), true) | (Err(BenchError::Failed { .. }), false) => Ok(seconds),
        (Ok(_), false) => Err(BenchError::Invalid("the edited contract compiles, but it should not".to_owned())),
        (Err(error), _) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_member_of_that_schema_is_renamed() {
        let contract = r#"{"Other": {"res": 1}, "ServerPingResponse": {"properties": {"res": {}}, "required": ["res"]}, "Z": "res"}"#;

        let edited = edit(contract).unwrap();

        assert_eq!(
            edited,
            r#"{"Other": {"res": 1}, "ServerPingResponse": {"properties": {"resp": {}}, "required": ["resp"]}, "Z": "res"}"#
        );
    }

    #[test]
    fn a_contract_without_the_schema_cannot_be_edited() {
        assert_eq!(edit("{}"), None);
    }
}
