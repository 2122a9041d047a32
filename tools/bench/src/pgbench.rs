//! pgbench: the queries of a request, without a server.

use crate::cores::Cores;
use crate::error::BenchError;
use crate::query::Query;
use crate::rounds::Sample;
use crate::run::output;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// pgbench's time limit includes connecting, its figure does not. With more than a few connections so much is added to
/// the limit, and more if that was too little.
const CONNECTING: Duration = Duration::from_secs(1);
const FEW: usize = 16;
/// Connecting may take this fraction of the time.
const LEAST_PART: u32 = 4;
const LONGEST_CONNECTING: Duration = Duration::from_secs(30);

/// pgbench with the queries of one request.
pub(crate) struct Pgbench {
    cores: Cores,
    program: PathBuf,
    script: PathBuf,
    variables: Vec<(String, String)>,
    url: String,
}

impl Pgbench {
    /// On these cores; the queries are written to the file `script`.
    pub(crate) fn new(cores: Cores, queries: &[Query], url: String, script: PathBuf) -> Result<Self, BenchError> {
        let (text, variables) = transaction(queries);
        fs::write(&script, text).map_err(BenchError::file(&script))?;
        Ok(Self { cores, program: local_postgres::program("pgbench"), script, variables, url })
    }

    /// Runs the queries again and again on so many connections, for about that time.
    pub(crate) fn run(&self, connections: usize, time: Duration) -> Result<Sample, BenchError> {
        let mut connecting = if connections > FEW { CONNECTING } else { Duration::ZERO };
        loop {
            let printed = output("pgbench", &mut self.command(connections, time + connecting))?;
            match parse(&printed) {
                Some((sample, connected)) if connected <= connecting + time / LEAST_PART => return Ok(sample),
                _ if connecting < LONGEST_CONNECTING => connecting = CONNECTING.max(connecting * 3),
                _ => return Err(BenchError::Output { program: "pgbench", output: printed }),
            }
        }
    }

    fn command(&self, connections: usize, time: Duration) -> Command {
        let mut command = Command::from(&self.cores);
        command.arg(&self.program).args([
            "--no-vacuum",
            "--protocol=prepared",
            "--jobs=1",
            &format!("--client={connections}"),
        ]);
        command.arg(format!("--time={}", time.as_secs())).arg("--file").arg(&self.script);
        for (name, value) in &self.variables {
            command.arg(format!("--define={name}={value}"));
        }
        // The password in the URL is that of a cluster that ends with this process.
        command.arg(&self.url);
        command
    }
}

/// The script of one request, and its variables. Several queries are sent in one pipeline, as the server sends them.
fn transaction(queries: &[Query]) -> (String, Vec<(String, String)>) {
    let mut variables = Vec::new();
    let mut lines = Vec::new();
    for (number, query) in queries.iter().enumerate() {
        let mut sql = query.sql.clone();
        // From the last, or `$1` would be replaced within `$10`.
        for (position, value) in query.parameters.iter().enumerate().rev() {
            let name = format!("q{number}p{position}");
            sql = sql.replace(&format!("${}", position + 1), &format!(":{name}"));
            variables.push((name, value.clone()));
        }
        lines.push(format!("{sql};"));
    }
    if lines.len() > 1 {
        lines.insert(0, "\\startpipeline".to_owned());
        lines.push("\\endpipeline".to_owned());
    }
    (lines.join("\n") + "\n", variables)
}

/// The figures that pgbench prints, and how long connecting took.
fn parse(printed: &str) -> Option<(Sample, Duration)> {
    let value = |name: &str| printed.lines().find_map(|line| line.strip_prefix(name));
    let first = |text: &str| text.split_whitespace().next()?.parse::<f64>().ok();
    let failed = value("number of failed transactions: ").map_or(Some(0.0), first)?;
    let requests = value("number of transactions actually processed: ").and_then(first)?;
    let rate = value("tps = ").and_then(first)?;
    let connected = Duration::try_from_secs_f64(value("initial connection time = ").and_then(first)? / 1e3).ok()?;
    let sample = Sample { rate, requests, p50_us: None, p99_us: None };
    (failed == 0.0 && requests > 0.0).then_some((sample, connected))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINTED: &str = "\
pgbench (15.18 (Debian 15.18-0+deb12u1))
transaction type: me.sql
scaling factor: 1
query mode: prepared
number of clients: 16
number of threads: 1
maximum number of tries: 1
duration: 2 s
number of transactions actually processed: 48210
number of failed transactions: 0 (0.000%)
latency average = 0.663 ms
initial connection time = 24.113 ms
tps = 24405.118823 (without initial connection time)
";

    fn query(sql: &str, parameters: &[&str]) -> Query {
        Query { sql: sql.to_owned(), parameters: parameters.iter().map(ToString::to_string).collect() }
    }

    #[test]
    fn transactions_per_second_are_those_without_connecting() {
        let (sample, connected) = parse(PRINTED).unwrap();

        assert_eq!(connected, Duration::from_micros(24_113));
        assert!((sample.rate - 24_405.118_823).abs() < 1e-6 && (sample.requests - 48_210.0).abs() < 1e-6);
    }

    #[test]
    fn failed_transactions_are_no_result() {
        assert_eq!(parse(&PRINTED.replace("transactions: 0 ", "transactions: 3 ")), None);
    }

    #[test]
    fn output_that_is_cut_off_is_no_result() {
        assert_eq!(parse(PRINTED.split("tps").next().unwrap()), None);
    }

    #[test]
    fn parameters_become_variables() {
        let (script, variables) = transaction(&[query("select 1 where $1 = $2", &["a", "b"])]);

        assert_eq!(script, "select 1 where :q0p0 = :q0p1;\n");
        assert_eq!(variables, [("q0p1".to_owned(), "b".to_owned()), ("q0p0".to_owned(), "a".to_owned())]);
    }

    #[test]
    fn the_tenth_parameter_is_not_the_first() {
        let ten: Vec<String> = (1..=10).map(|number| number.to_string()).collect();
        let ten = Query { sql: "select $1, $10".to_owned(), parameters: ten };

        assert_eq!(transaction(&[ten]).0, "select :q0p0, :q0p9;\n");
    }

    #[test]
    fn several_queries_are_sent_in_one_pipeline() {
        let (script, _) = transaction(&[query("select 1", &[]), query("select 2", &[])]);

        assert_eq!(script, "\\startpipeline\nselect 1;\nselect 2;\n\\endpipeline\n");
    }
}
