//! valgrind's callgrind: instructions, counted one by one, so that noise cannot touch them.

use crate::error::BenchError;
use crate::run::output;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file that a program's profile goes to, part by part.
#[derive(Clone, Debug)]
pub(crate) struct Profiler {
    file: PathBuf,
}

/// What was executed in one part of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Profile {
    /// Instructions by function, the functions called not counted in.
    functions: HashMap<String, u64>,
}

impl Profiler {
    /// Profiles that go to `folder` under this name.
    pub(crate) fn new(folder: &Path, name: &str) -> Self {
        Self { file: folder.join(format!("callgrind.{name}")) }
    }

    /// The command that a program and its arguments are added to.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new("valgrind");
        command.args(["--quiet", "--tool=callgrind"]);
        command.arg(format!("--callgrind-out-file={}", self.file.display()));
        command
    }

    /// Ends a part: the instructions since the last one go to a file of their own. `number` counts from 1.
    pub(crate) fn end_part(&self, process: u32, number: usize) -> Result<Profile, BenchError> {
        output("callgrind_control", Command::new("callgrind_control").args(["--dump", &process.to_string()]))?;
        let path = PathBuf::from(format!("{}.{number}", self.file.display()));
        let text = fs::read_to_string(&path).map_err(BenchError::file(&path))?;
        parse(&text).ok_or(BenchError::Output { program: "callgrind", output: path.display().to_string() })
    }
}

impl Profile {
    /// All instructions.
    pub(crate) fn total(&self) -> u64 {
        self.functions.values().sum()
    }

    /// The same without the functions whose names hold one of these texts.
    pub(crate) fn without(mut self, names: &[&str]) -> Self {
        self.functions.retain(|function, _| !names.iter().any(|name| function.contains(name)));
        self
    }

    /// The functions with the most instructions, each with its share of all.
    #[allow(clippy::cast_precision_loss, reason = "shares of some millions")]
    pub(crate) fn top(&self, most: usize) -> Vec<(String, f64)> {
        let total = self.total() as f64;
        let mut functions: Vec<_> = self.functions.iter().collect();
        functions.sort_by(|(name, cost), (other_name, other)| other.cmp(cost).then(name.cmp(other_name)));
        functions.into_iter().take(most).map(|(name, cost)| (name.clone(), *cost as f64 / total)).collect()
    }
}

/// Reads a profile (valgrind's manual, "Callgrind Format Specification"): names are written out once, later only their
/// numbers; a line of costs after `calls=` belongs to the function called, which has lines of its own.
fn parse(text: &str) -> Option<Profile> {
    let mut names: HashMap<&str, &str> = HashMap::new();
    let mut costs: HashMap<&str, u64> = HashMap::new();
    let mut function = "";
    let mut is_callees = false;
    for line in text.lines() {
        let (key, value) = line.split_once('=').unwrap_or_default();
        match key {
            "fn" | "cfn" => {
                let (number, name) = value.split_once(' ').unwrap_or((value, ""));
                if !name.is_empty() {
                    names.insert(number, name);
                }
                if key == "fn" {
                    function = number;
                }
            }
            "calls" => is_callees = true,
            _ if is_cost(line) && !std::mem::take(&mut is_callees) => {
                *costs.entry(function).or_default() += line.split_whitespace().nth(1)?.parse::<u64>().ok()?;
            }
            _ => {}
        }
    }
    let mut profile = Profile::default();
    for (number, cost) in costs {
        *profile.functions.entry(names.get(number).unwrap_or(&"unknown").to_string()).or_default() += cost;
    }
    (profile.total() > 0).then_some(profile)
}

/// A line of costs begins with its position: a number, or how far it is from the last one.
fn is_cost(line: &str) -> bool {
    line.starts_with(|first: char| first.is_ascii_digit() || "+-*".contains(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# callgrind format
version: 1
pid: 3175
positions: line
events: Ir
summary: 1000

ob=(4) /usr/lib/libm.so.6
fl=(349) ./math/w_pow.c
fn=(1) pow
31 100
+1 50
cfi=(350) ./math/math_config.h
cfn=(2) checked
calls=501 +35
* 800

fn=(2)
67 700
* 50
fn=(3) blowfish::round
fi=(351) other.c
-8 100
totals: 1000
";

    #[test]
    fn a_function_has_its_own_instructions_and_not_those_of_the_functions_it_calls() {
        let profile = parse(TEXT).unwrap();

        assert_eq!(profile.total(), 1000);
        assert_eq!(profile.top(2), [("checked".to_owned(), 0.75), ("pow".to_owned(), 0.15)]);
    }

    #[test]
    fn functions_can_be_left_out_by_their_names() {
        assert_eq!(parse(TEXT).unwrap().without(&["bcrypt", "blowfish"]).total(), 900);
    }

    #[test]
    fn a_profile_without_costs_is_none() {
        assert_eq!(parse("# callgrind format\nversion: 1\n"), None);
    }
}
