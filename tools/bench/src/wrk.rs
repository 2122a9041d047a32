//! wrk, the load generator: some connections, each of which sends its next request after the answer to the last.

use crate::cores::Cores;
use crate::error::BenchError;
use crate::rounds::Sample;
use crate::run::output;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Makes wrk print exact figures: its usual summary is rounded and has units.
const SCRIPT: &str = r#"
done = function(summary, latency, requests)
    local errors = summary.errors
    io.write(string.format("measured %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50),
        latency:percentile(99), errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
"#;

/// wrk on some cores.
#[derive(Clone, Debug)]
pub(crate) struct Wrk {
    cores: Cores,
    script: PathBuf,
}

/// What to request, and on how many connections.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load<'a> {
    pub(crate) path: &'a str,
    /// `Name: value`.
    pub(crate) headers: &'a [&'a str],
    pub(crate) connections: usize,
    pub(crate) time: Duration,
}

impl Wrk {
    /// On these cores; its script is written to `folder`.
    pub(crate) fn new(cores: Cores, folder: &Path) -> Result<Self, BenchError> {
        let script = folder.join("wrk.lua");
        fs::write(&script, SCRIPT).map_err(BenchError::file(&script))?;
        Ok(Self { cores, script })
    }

    /// Sends requests to a server. A single failed request fails the run.
    pub(crate) fn run(&self, address: SocketAddr, load: Load<'_>) -> Result<Sample, BenchError> {
        let seconds = load.time.as_secs().max(1);
        let mut command = Command::from(&self.cores);
        command.args(["wrk", "--threads", "1", "--connections", &load.connections.to_string()]);
        command.args(["--duration", &format!("{seconds}s"), "--timeout", "30s", "--script"]).arg(&self.script);
        for header in load.headers {
            command.args(["--header", header]);
        }
        command.arg(format!("http://{address}{}", load.path));
        let printed = output("wrk", &mut command)?;
        parse(&printed).ok_or(BenchError::Output { program: "wrk", output: printed })
    }
}

/// Reads the line that [`SCRIPT`] prints; none when it is missing or reports errors.
fn parse(printed: &str) -> Option<Sample> {
    let line = printed.lines().find_map(|line| line.strip_prefix("measured "))?;
    let numbers: Vec<f64> = line.split(' ').map(str::parse).collect::<Result<_, _>>().ok()?;
    let [requests, micros, p50, p99, errors] = numbers[..] else { return None };
    let valid = errors == 0.0 && requests > 0.0 && micros > 0.0;
    valid.then(|| Sample { rate: requests / micros * 1e6, requests, p50_us: Some(p50), p99_us: Some(p99) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINTED: &str = "Running 2s test @ http://127.0.0.1:2283/api/server/ping\n  1 threads and 16 connections\n";

    #[test]
    fn the_line_of_the_script_is_found_among_what_wrk_prints() {
        let sample = parse(&format!("{PRINTED}measured 100000 2000000 350 1200 0\n"));

        let expected = Sample { rate: 50_000.0, requests: 100_000.0, p50_us: Some(350.0), p99_us: Some(1200.0) };
        assert_eq!(sample, Some(expected));
    }

    #[test]
    fn a_run_with_failed_requests_is_no_result() {
        assert_eq!(parse(&format!("{PRINTED}measured 100000 2000000 350 1200 1\n")), None);
    }

    #[test]
    fn a_run_without_an_answer_is_no_result() {
        assert_eq!(parse(PRINTED), None);
        assert_eq!(parse("measured 0 2000000 0 0 0\n"), None);
    }
}
