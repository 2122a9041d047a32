//! valgrind's callgrind, which counts instructions one by one: the figure does not depend on how busy the machine is.
//!
//! A program starts under [`Callgrind::command`] with counting off. Reading is left to valgrind's own tools:
//! `callgrind_control` switches counting on and off and has the counters written to a file, whose total is one line;
//! `callgrind_annotate` lists the functions.

use crate::error::BenchError;
use crate::run::output;
use regex::Regex;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The function that is not counted: how much of it there is, is the operator's choice (the cost of a hash).
const NOT_COUNTED: &str = "bcrypt::bcrypt::bcrypt";

/// Counts the instructions of one program.
pub(crate) struct Callgrind {
    file: PathBuf,
    dumps: usize,
}

/// What was counted between two dumps.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Dump {
    pub(crate) file: PathBuf,
    pub(crate) instructions: u64,
}

impl Callgrind {
    /// Counters go to files in `folder` with this name in theirs.
    pub(crate) fn new(folder: &Path, name: &str) -> Self {
        Self { file: folder.join(format!("callgrind.{name}")), dumps: 0 }
    }

    /// The command that runs a program; the program and its arguments follow.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new("valgrind");
        command.args(["--quiet", "--tool=callgrind", "--instr-atstart=no"]);
        // Entering this function stops collecting on its thread, leaving it starts again.
        command.arg(format!("--toggle-collect={NOT_COUNTED}")).arg("--collect-atstart=yes");
        command.arg(format!("--callgrind-out-file={}", self.file.display()));
        command
    }

    /// Writes the counters to a file, and sets them to zero.
    pub(crate) fn dump(&mut self, process: u32) -> Result<Dump, BenchError> {
        control("--dump", process)?;
        self.dumps += 1;
        let file = PathBuf::from(format!("{}.{}", self.file.display(), self.dumps));
        let text = fs::read_to_string(&file).map_err(BenchError::file(&file))?;
        let instructions = total(&text)
            .ok_or_else(|| BenchError::Output { program: "callgrind", output: file.display().to_string() })?;
        Ok(Dump { file, instructions })
    }
}

impl Dump {
    /// The functions with the most instructions, each with its share in percent, without the functions that they call.
    pub(crate) fn top(&self, most: usize) -> Result<Vec<(String, f64)>, BenchError> {
        let mut command = Command::new("callgrind_annotate");
        let printed = output("callgrind_annotate", command.args(["--auto=no", "--threshold=80"]).arg(&self.file))?;
        Ok(functions(&printed).into_iter().take(most).collect())
    }
}

/// Switches counting on or off.
pub(crate) fn count(process: u32, on: bool) -> Result<(), BenchError> {
    control(if on { "--instr=on" } else { "--instr=off" }, process)
}

fn control(action: &str, process: u32) -> Result<(), BenchError> {
    output("callgrind_control", Command::new("callgrind_control").args([action, &process.to_string()])).map(drop)
}

/// The line `totals: …` of a dump.
fn total(dump: &str) -> Option<u64> {
    dump.lines().rev().find_map(|line| line.strip_prefix("totals: "))?.trim().parse().ok().filter(|total| *total > 0)
}

/// The lines `instructions (percent) file:function [object]` of `callgrind_annotate`.
fn functions(printed: &str) -> Vec<(String, f64)> {
    let Ok(line) = Regex::new(r"(?m)^ *[\d,]+ +\( *([\d.]+)%\) +[^:\n]*:(.+?)(?: \[[^\]\n]*\])?$") else {
        return Vec::new();
    };
    line.captures_iter(printed).filter_map(|found| Some((found[2].to_owned(), found[1].parse().ok()?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANNOTATED: &str = "\
Profile data file 'callgrind.server.1' (creator: callgrind-3.19.0)
1,234 (100.0%)  PROGRAM TOTALS
Ir             file:function
123,456 (10.20%)  ???:<[T] as hyper::Encode>::encode [/target/release/immich-server]
  4,567 ( 3.70%)  ./string/memmove.S:__memcpy_avx [/usr/lib/libc.so.6]
      9 ( 0.10%)  src/main.rs:main
";

    #[test]
    fn the_total_is_read_from_its_line() {
        assert_eq!(total("summary: 7\n\nfn=(1) main\n3 1000\ntotals: 1000\n"), Some(1000));
    }

    #[test]
    fn a_dump_without_counts_is_no_result() {
        assert_eq!(total("# callgrind format\nversion: 1\n"), None);
        assert_eq!(total("totals: 0\n"), None);
    }

    #[test]
    fn functions_are_listed_with_their_shares() {
        let expected = [("<[T] as hyper::Encode>::encode", 10.2), ("__memcpy_avx", 3.7), ("main", 0.1)];
        assert_eq!(functions(ANNOTATED), expected.map(|(name, share)| (name.to_owned(), share)));
    }
}
