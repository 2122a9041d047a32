//! A sample of the mutants, compiled: `make drift`.
//!
//! Only compiling a mutant shows that the generator and the generated crate support it, and that the errors are in the
//! implementation.

use crate::mutants::{Kind, Mutant, candidates};
use crate::scratch::Scratch;
use crate::{Effect, Original};
use immich_contract::annotate;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

const CHECK: &str =
    "CARGO_INCREMENTAL=1 cargo check --locked --message-format json --package immich-api --package immich-server";

/// The result of compiling a mutant.
#[derive(Debug, PartialEq, Eq)]
enum Result {
    /// Nothing is wrong with it.
    Compiles,
    /// The implementation does not fit: the first error, and whether a pin reports it.
    Misfit { error: String, is_pinned: bool },
    /// Something else failed: the generator, the generated crate, or cargo itself.
    Failed(String),
}

impl Result {
    fn is_failure(&self, message: &str) -> bool {
        matches!(self, Self::Failed(text) if text.contains(message))
    }
}

/// Reads the output of [`CHECK`].
fn result(is_success: bool, output: &str) -> Result {
    if is_success {
        return Result::Compiles;
    }
    let lines = output.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut errors = lines.filter(|line| line["message"]["level"] == "error").peekable();
    if errors.peek().is_none() {
        return Result::Failed(output.to_owned());
    }
    let (mut first, mut is_pinned) = (None, false);
    for error in errors {
        let text = error["message"]["message"].as_str().unwrap_or_default().to_owned();
        if !error["package_id"].as_str().unwrap_or_default().contains("immich-server") {
            return Result::Failed(format!("in {}: {text}", error["package_id"]));
        }
        is_pinned |= text.starts_with("evaluation panicked: ");
        first.get_or_insert(text);
    }
    Result::Misfit { error: first.unwrap_or_default(), is_pinned }
}

/// One mutant of each kind that reaches the compiler. Another seed chooses others.
fn sample<'m>(original: &Original, mutants: &'m [Mutant], seed: usize) -> Vec<&'m Mutant> {
    let mut kinds: BTreeMap<Kind, Vec<&Mutant>> = BTreeMap::new();
    for mutant in mutants {
        kinds.entry(mutant.kind).or_default().push(mutant);
    }
    let compiled = |mutant: &&&Mutant| match original.effect(mutant) {
        Effect::Changed(change) => annotate(&change.effective).is_ok(),
        Effect::None | Effect::Hidden | Effect::Misfit(_) => false,
    };
    kinds
        .values()
        .filter_map(|kind| kind.iter().cycle().skip(seed % kind.len()).take(kind.len()).find(compiled))
        .copied()
        .collect()
}

/// `DRIFT_SEED`, or the number of commits, so that every commit tries others.
fn seed() -> usize {
    let commits = || {
        let git = Command::new("git").args(["rev-list", "--count", "HEAD"]).output().unwrap();
        String::from_utf8(git.stdout).unwrap()
    };
    std::env::var("DRIFT_SEED").unwrap_or_else(|_| commits()).trim().parse().unwrap()
}

#[test]
#[ignore = "takes minutes, and needs Java: make drift"]
fn of_each_kind_of_change_one_does_not_compile_and_prose_compiles() {
    let original = Original::read();
    let mutants = candidates(&original.sources);
    let chosen: Vec<&Mutant> = if let Ok(text) = std::env::var("DRIFT_ONLY") {
        mutants.iter().filter(|mutant| mutant.name.contains(&text)).collect()
    } else {
        let seed = seed();
        println!("DRIFT_SEED={seed}");
        sample(&original, &mutants, seed)
    };
    assert!(!chosen.is_empty(), "no mutant has this text in its name");
    let scratch = Scratch::new();
    let check = || {
        let output = scratch.run(CHECK);
        result(output.status.success(), &String::from_utf8_lossy(&output.stdout))
    };
    assert_eq!(check(), Result::Compiles, "the unchanged contract");
    let mut faults = Vec::new();
    for mutant in chosen {
        let effect = original.effect(mutant);
        let path = scratch.path(mutant.source.path());
        let unchanged = fs::read(&path).unwrap();
        fs::write(&path, format!("{:#}\n", mutant.document(&original.sources).unwrap())).unwrap();
        let result = check();
        fs::write(&path, unchanged).unwrap();
        let is_right = match &effect {
            Effect::None => false,
            Effect::Hidden => result == Result::Compiles,
            Effect::Misfit(error) => result.is_failure(&error.to_string()),
            Effect::Changed(change) => match annotate(&change.effective) {
                Err(refusals) => refusals.iter().all(|refusal| result.is_failure(&refusal.to_string())),
                Ok(_) if mutant.kind.is_prose() => result == Result::Compiles,
                Ok(_) => matches!(result, Result::Misfit { is_pinned: true, .. }),
            },
        };
        println!(
            "{} {}\n     {:?}\n     {result:?}",
            if is_right { "ok  " } else { "FAIL" },
            mutant.name,
            mutant.steps
        );
        if !is_right {
            faults.push(&mutant.name);
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn error(package: &str, text: &str) -> String {
        let package = format!("path+file:///a/{package}#{package}@0.1.0");
        json!({"reason": "compiler-message", "package_id": package, "message": {"level": "error", "message": text}})
            .to_string()
    }

    #[test]
    fn an_error_of_a_type_comes_first_and_the_pin_is_noted() {
        let missing = error("immich-server", "missing field `a`");
        let pin = error("immich-server", "evaluation panicked: schema User changed");
        let misfit = |error: &str, is_pinned| Result::Misfit { error: error.to_owned(), is_pinned };
        assert_eq!(result(false, &format!("{missing}\n{pin}\nerror: ...")), misfit("missing field `a`", true));
        assert_eq!(result(false, &missing), misfit("missing field `a`", false));
        assert_eq!(result(true, "warning: ..."), Result::Compiles);
    }

    #[test]
    fn an_error_in_the_generated_crate_or_before_it_is_a_failure() {
        let wrong = error("immich-api", "defined twice");
        for output in [wrong.as_str(), "error: failed to run custom build command", "error: no space left on device"] {
            assert!(matches!(result(false, output), Result::Failed(_)), "{output}");
        }
    }
}
