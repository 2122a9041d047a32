//! valgrind's callgrind: instructions, counted one by one, so that noise cannot touch them.

use super::output;
use crate::error::BenchError;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file that a program's profile goes to, part by part.
#[derive(Clone, Debug)]
pub(crate) struct Profiler {
    file: PathBuf,
    /// By so many of its callers a function is told apart.
    callers: u32,
}

/// What was executed in one part of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Profile {
    /// Instructions by stack as callgrind writes it, the functions called not counted in.
    stacks: HashMap<String, u64>,
}

/// More than a stack is deep.
const ALL_CALLERS: u32 = 100;

impl Profiler {
    /// Profiles that go to `folder` under this name.
    pub(crate) fn new(folder: &Path, name: &str) -> Self {
        Self { file: folder.join(format!("callgrind.{name}")), callers: 0 }
    }

    /// Whole stacks instead of functions alone: for [`Profile::stacks`].
    pub(crate) fn with_callers(self) -> Self {
        Self { callers: ALL_CALLERS, ..self }
    }

    /// The command that a program and its arguments are added to.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new("valgrind");
        command.args(["--quiet", "--tool=callgrind"]);
        command.arg(format!("--separate-callers={}", self.callers));
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
        self.stacks.values().sum()
    }

    /// The same without the functions whose names hold one of these texts.
    pub(crate) fn without(mut self, names: &[&str]) -> Self {
        self.stacks.retain(|stack, _| !names.iter().any(|name| function(stack).contains(name)));
        self
    }

    /// The functions with the most instructions, each with its share of all.
    #[allow(clippy::cast_precision_loss, reason = "shares of some millions")]
    pub(crate) fn top(&self, most: usize) -> Vec<(String, f64)> {
        let total = self.total() as f64;
        let mut functions: HashMap<&str, u64> = HashMap::new();
        for (stack, cost) in &self.stacks {
            *functions.entry(function(stack)).or_default() += cost;
        }
        let mut functions: Vec<_> = functions.into_iter().collect();
        functions.sort_by(|(name, cost), (other_name, other)| other.cmp(cost).then(name.cmp(other_name)));
        functions.into_iter().take(most).map(|(name, cost)| (name.to_owned(), cost as f64 / total)).collect()
    }

    /// The instructions of each stack's last function; the first one is called by none.
    pub(crate) fn stacks(&self) -> impl Iterator<Item = (Vec<&str>, u64)> {
        self.stacks.iter().map(|(stack, cost)| {
            let mut functions: Vec<_> = frames(stack).collect();
            functions.reverse();
            (functions, *cost)
        })
    }
}

/// The functions of a stack as callgrind writes it, the innermost first, with a `'` between two of them. Lifetimes have
/// one as well, but within brackets.
fn frames(stack: &str) -> impl Iterator<Item = &str> {
    let (mut open, mut last) = (0_usize, ' ');
    let frames = stack.split(move |letter| {
        match letter {
            '<' | '(' | '[' | '{' => open += 1,
            '>' if last == '-' => {}
            '>' | ')' | ']' | '}' => open = open.saturating_sub(1),
            _ => {}
        }
        last = letter;
        letter == '\'' && open == 0
    });
    // A number says how often a function has called itself.
    frames.filter(|frame| frame.is_empty() || !frame.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The function that a stack ends in.
fn function(stack: &str) -> &str {
    frames(stack).next().unwrap_or(stack)
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
        *profile.stacks.entry(names.get(number).unwrap_or(&"unknown").to_string()).or_default() += cost;
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
    fn a_function_is_told_apart_by_its_callers_only_in_stacks() {
        let profile =
            parse("fn=(1) copy'read'main\n1 5\nfn=(2) copy'write'main\n1 6\nfn=(3) walk'2'walk'main\n1 9\n").unwrap();

        assert_eq!(profile.top(2), [("copy".to_owned(), 0.55), ("walk".to_owned(), 0.45)]);
        let mut stacks: Vec<_> = profile.stacks().collect();
        stacks.sort();
        let expected =
            [(vec!["main", "read", "copy"], 5), (vec!["main", "walk", "walk"], 9), (vec!["main", "write", "copy"], 6)];
        assert_eq!(stacks, expected);
    }

    #[test]
    fn a_lifetime_is_part_of_a_name() {
        let stack = "drop<dyn for<'a> Fn(&'a T) -> &'a U>'poll<'_>'main";

        assert_eq!(frames(stack).collect::<Vec<_>>(), ["drop<dyn for<'a> Fn(&'a T) -> &'a U>", "poll<'_>", "main"]);
    }

    #[test]
    fn a_profile_without_costs_is_none() {
        assert_eq!(parse("# callgrind format\nversion: 1\n"), None);
    }
}
