//! Rounds: everything that is compared runs in turn, again and again (A B A B …).

use crate::error::BenchError;
use std::time::Duration;

/// What one candidate did in one round.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sample {
    /// Requests per second.
    pub(crate) rate: f64,
    pub(crate) requests: f64,
    /// Latencies in microseconds, where they are measured.
    pub(crate) p50_us: Option<f64>,
    pub(crate) p99_us: Option<f64>,
}

impl Sample {
    /// So many requests in that time; no latencies.
    pub(crate) fn new(requests: f64, time: Duration) -> Self {
        Self { rate: requests / time.as_secs_f64(), requests, p50_us: None, p99_us: None }
    }
}

/// What one candidate did in all rounds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) rounds: Vec<Sample>,
}

impl Series {
    pub(crate) fn rates(&self) -> Vec<f64> {
        self.rounds.iter().map(|round| round.rate).collect()
    }

    pub(crate) fn p50s(&self) -> Vec<f64> {
        self.rounds.iter().filter_map(|round| round.p50_us).collect()
    }

    pub(crate) fn p99s(&self) -> Vec<f64> {
        self.rounds.iter().filter_map(|round| round.p99_us).collect()
    }

    pub(crate) fn requests(&self) -> f64 {
        self.rounds.iter().map(|round| round.requests).sum()
    }
}

/// One of those that are compared: a name, and what runs in one round.
pub(crate) struct Candidate<'a> {
    name: String,
    round: Box<dyn FnMut() -> Result<Sample, BenchError> + 'a>,
}

impl<'a> Candidate<'a> {
    pub(crate) fn new(name: impl Into<String>, round: impl FnMut() -> Result<Sample, BenchError> + 'a) -> Self {
        Self { name: name.into(), round: Box::new(round) }
    }
}

/// Does something for so many rounds, and once before that, which does not count.
pub(crate) fn repeat<T>(rounds: usize, mut act: impl FnMut() -> Result<T, BenchError>) -> Result<Vec<T>, BenchError> {
    act()?;
    (0..rounds).map(|_| act()).collect()
}

/// Gives each candidate its turn in every round.
pub(crate) fn alternate(rounds: usize, mut candidates: Vec<Candidate<'_>>) -> Result<Vec<Series>, BenchError> {
    let turns = || candidates.iter_mut().map(|candidate| (candidate.round)()).collect::<Result<Vec<_>, _>>();
    let rounds = repeat(rounds, turns)?;
    let series = |(index, candidate): (usize, Candidate<'_>)| Series {
        name: candidate.name,
        rounds: rounds.iter().map(|round| round[index]).collect(),
    };
    Ok(candidates.into_iter().enumerate().map(series).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    #[test]
    fn candidates_take_turns_and_their_first_turn_does_not_count() {
        let order = RefCell::new(String::new());
        let candidate = |name: &'static str| {
            let order = &order;
            let mut turn = 0.0;
            Candidate::new(name, move || {
                order.borrow_mut().push_str(name);
                turn += 10.0;
                Ok(Sample::new(turn, Duration::from_secs(10)))
            })
        };

        let series = alternate(2, vec![candidate("A"), candidate("B")]).unwrap();

        assert_eq!(*order.borrow(), "ABABAB");
        assert_eq!(series[1].rates(), [2.0, 3.0]);
        assert!((series[0].requests() - 50.0).abs() < 1e-9);
    }

    #[test]
    fn a_failed_round_ends_the_whole() {
        let candidates = vec![Candidate::new("A", || Err(BenchError::Invalid("no".to_owned())))];

        assert!(alternate(3, candidates).is_err());
    }
}
