//! How long building takes: nothing to do, an edit of the contract, everything.
//!
//! On a copy of the repository, with a build folder of its own: nothing of the working copy is touched.

use crate::error::BenchError;
use crate::progress::Progress;
use crate::run::output;
use crate::targets::{self, Finding};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// An edit of the contract that every client would notice: the member of ping's answer gets another name.
const EDITED: (&str, &str) = (r#""res""#, r#""resp""#);
/// The schema that the edit is in.
const SCHEMA: &str = r#""ServerPingResponse""#;

/// What building took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Builds {
    pub(crate) findings: Vec<Finding>,
}

/// A copy of the repository.
struct Copy {
    folder: PathBuf,
}

/// Measures on a copy in `folder`, which is made anew.
pub(crate) fn measure(folder: &Path, rounds: usize, progress: &Progress) -> Result<Builds, BenchError> {
    let copy = Copy::new(folder)?;
    progress.part("everything");
    progress.step("debug build from nothing");
    let clean = copy.cargo("build")?.succeeded()?;

    progress.part("nothing");
    let mut nothing = Vec::new();
    for _ in 0..rounds {
        progress.step("build with nothing to do");
        nothing.push(copy.cargo("build")?.succeeded()?);
    }

    progress.part("the contract");
    let contract = copy.folder.join("spec/openapi.json");
    let original = fs::read_to_string(&contract).map_err(BenchError::file(&contract))?;
    let edited = edit(&original).ok_or_else(|| BenchError::Invalid(format!("no {SCHEMA} in the contract")))?;
    // What `cargo check` makes beside what `cargo build` does.
    progress.step("first check");
    copy.cargo("check")?.succeeded()?;
    let mut verdicts = Vec::new();
    for _ in 0..rounds {
        progress.step("an edit that must not compile");
        fs::write(&contract, &edited).map_err(BenchError::file(&contract))?;
        let verdict = copy.cargo("check")?;
        if verdict.success {
            return Err(BenchError::Invalid("the edited contract compiles, and it must not".to_owned()));
        }
        verdicts.push(verdict.seconds);
        progress.step("the edit taken back");
        fs::write(&contract, &original).map_err(BenchError::file(&contract))?;
        copy.cargo("check")?.succeeded()?;
    }
    let findings = [
        targets::BUILD_NOTHING.judge(&nothing),
        targets::BUILD_CONTRACT.judge(&verdicts),
        targets::BUILD_CLEAN.judge(&[clean]),
    ];
    Ok(Builds { findings: findings.into_iter().flatten().collect() })
}

/// How many steps [`measure`] has.
pub(crate) fn steps(rounds: usize) -> usize {
    2 + 3 * rounds
}

/// The contract with its edit.
fn edit(contract: &str) -> Option<String> {
    let place = contract.find(SCHEMA)?;
    let (before, schema) = contract.split_at(place);
    let (from, to) = EDITED;
    // Once among the properties, once among the required ones.
    schema.contains(from).then(|| format!("{before}{}", schema.replacen(from, to, 2)))
}

/// How a build ended.
struct Built {
    success: bool,
    seconds: f64,
    said: String,
}

impl Built {
    fn succeeded(self) -> Result<f64, BenchError> {
        if self.success {
            Ok(self.seconds)
        } else {
            Err(BenchError::Failed { program: "cargo".to_owned(), output: self.said.trim().to_owned() })
        }
    }
}

impl Copy {
    fn new(folder: &Path) -> Result<Self, BenchError> {
        if folder.exists() {
            fs::remove_dir_all(folder).map_err(BenchError::file(folder))?;
        }
        let sources = folder.join("repository");
        let listed =
            output("git", Command::new("git").args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]))?;
        for file in listed.split('\0').filter(|file| Path::new(file).is_file()) {
            let to = sources.join(file);
            let parent = to.parent().unwrap_or(&sources);
            fs::create_dir_all(parent).map_err(BenchError::file(parent))?;
            fs::copy(file, &to).map_err(BenchError::file(&to))?;
        }
        Ok(Self { folder: sources })
    }

    fn cargo(&self, command: &str) -> Result<Built, BenchError> {
        let mut cargo = Command::new("cargo");
        cargo.args([command, "--locked", "--quiet", "--package", "immich-server"]).current_dir(&self.folder);
        cargo.env("CARGO_TARGET_DIR", self.folder.join("../target")).env_remove("CARGO_INCREMENTAL");
        let begin = Instant::now();
        let built = cargo.stdin(Stdio::null()).output();
        let built = built.map_err(|source| BenchError::Start { program: "cargo".to_owned(), source })?;
        let seconds = begin.elapsed().as_secs_f64();
        Ok(Built {
            success: built.status.success(),
            seconds,
            said: String::from_utf8_lossy(&built.stderr).into_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edit_renames_the_member_of_that_schema_only() {
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
