//! Which program runs on which core.
//!
//! The server has a core to itself, and what it is compared with (bare hyper, pgbench, bare bcrypt) runs on the same one.
//! Postgres has another. The load generator shares the core of Postgres where there are only two, which pgbench does not:
//! where the database is the limit, the comparison is a little to the server's disadvantage. Where the latency of single
//! requests is measured, the load generator has a core to itself, or it would measure how long it waits for its own turn.

use crate::error::BenchError;
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;
use std::io;
use std::process::Command;

/// Cores by number.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cores(Vec<usize>);

/// The cores of every program.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Placement {
    /// The server, or what it is compared with.
    pub(crate) server: Cores,
    pub(crate) database: Cores,
    /// Postgres, where latencies are measured.
    pub(crate) database_apart: Cores,
    /// The load generator.
    pub(crate) load: Cores,
    pub(crate) all: Cores,
}

impl Placement {
    /// On the cores that this process may use.
    pub(crate) fn here() -> Result<Self, BenchError> {
        let allowed = sched_getaffinity(Pid::from_raw(0)).map_err(io::Error::from)?;
        let cores: Vec<usize> = (0..CpuSet::count()).filter(|&core| allowed.is_set(core).unwrap_or(false)).collect();
        Self::on(&cores).ok_or_else(|| {
            BenchError::Invalid("benchmarks need two cores: one for the server, one for the load".into())
        })
    }

    /// For the report.
    pub(crate) fn describe(&self) -> String {
        let Self { server, database, database_apart, load, .. } = self;
        format!("server: {server}; Postgres: {database} (for latencies: {database_apart}); load: {load}")
    }

    fn on(cores: &[usize]) -> Option<Self> {
        let (&server, &database) = (cores.first()?, cores.get(1)?);
        let others = cores.get(2..).filter(|others| !others.is_empty());
        let load = others.unwrap_or(&cores[1..2]);
        Some(Self {
            database_apart: Cores(vec![if others.is_some() { database } else { server }]),
            server: Cores(vec![server]),
            database: Cores(vec![database]),
            load: Cores(load.to_vec()),
            all: Cores(cores.to_vec()),
        })
    }
}

impl Cores {
    /// Moves the calling thread there, and so what it starts from now on.
    pub(crate) fn adopt(&self) -> Result<(), BenchError> {
        self.assign(0)
    }

    /// Moves a process there, and so what it starts from now on.
    pub(crate) fn assign(&self, process: i32) -> Result<(), BenchError> {
        let mut set = CpuSet::new();
        for &core in &self.0 {
            set.set(core).map_err(io::Error::from)?;
        }
        Ok(sched_setaffinity(Pid::from_raw(process), &set).map_err(io::Error::from)?)
    }
}

/// The command that runs a program there; the program and its arguments follow.
impl From<&Cores> for Command {
    fn from(cores: &Cores) -> Self {
        let mut command = Command::new("taskset");
        command.args(["--cpu-list", &cores.to_string()]);
        command
    }
}

impl std::fmt::Display for Cores {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let numbers: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&numbers.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placement(cores: &[usize]) -> Option<[String; 4]> {
        let Placement { server, database, database_apart, load, .. } = Placement::on(cores)?;
        Some([&server, &database, &database_apart, &load].map(ToString::to_string))
    }

    #[test]
    fn of_two_cores_the_server_has_one_to_itself() {
        assert_eq!(placement(&[0, 1]), Some(["0", "1", "0", "1"].map(str::to_owned)));
    }

    #[test]
    fn of_more_cores_the_load_has_those_that_are_left() {
        assert_eq!(placement(&[2, 3, 6, 7]), Some(["2", "3", "3", "6,7"].map(str::to_owned)));
    }

    #[test]
    fn one_core_is_not_enough() {
        assert_eq!(placement(&[0]), None);
    }
}
