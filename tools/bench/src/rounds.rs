//! Rounds: everybody who is compared, one after the other, over and over.

use crate::error::BenchError;
use crate::progress::Progress;
use crate::stats::{self, Spread};
use serde::{Deserialize, Serialize};

/// What one round of one of them gave.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sample {
    /// Per second.
    pub(crate) rate: f64,
    /// In all.
    pub(crate) requests: f64,
    /// Half took no longer, in microseconds.
    pub(crate) p50_us: Option<f64>,
    /// All but one of a hundred took no longer, in microseconds.
    pub(crate) p99_us: Option<f64>,
}

/// What all rounds of one of them gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) rounds: Vec<Sample>,
}

impl Series {
    pub(crate) fn rates(&self) -> Vec<f64> {
        self.rounds.iter().map(|round| round.rate).collect()
    }

    pub(crate) fn rate(&self) -> Option<Spread> {
        stats::spread(&self.rates())
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

/// One of those who are compared: a name, and what gives one round.
pub(crate) struct Arm<'a> {
    name: String,
    round: Box<dyn FnMut() -> Result<Sample, BenchError> + 'a>,
}

impl<'a> Arm<'a> {
    pub(crate) fn new(name: impl Into<String>, round: impl FnMut() -> Result<Sample, BenchError> + 'a) -> Self {
        Self { name: name.into(), round: Box::new(round) }
    }
}

/// Gives each of them its turn, so many times: A B A B. One turn each before that is thrown away.
pub(crate) fn alternate(rounds: usize, arms: Vec<Arm<'_>>, progress: &Progress) -> Result<Vec<Series>, BenchError> {
    let mut arms = arms;
    let mut series: Vec<Series> =
        arms.iter().map(|arm| Series { name: arm.name.clone(), rounds: Vec::with_capacity(rounds) }).collect();
    for number in 0..=rounds {
        for (arm, series) in arms.iter_mut().zip(&mut series) {
            progress.step(&arm.name);
            let sample = (arm.round)()?;
            if number > 0 {
                series.rounds.push(sample);
            }
        }
    }
    Ok(series)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    fn sample(rate: f64) -> Sample {
        Sample { rate, requests: 10.0, p50_us: None, p99_us: None }
    }

    #[test]
    fn arms_take_turns_and_their_first_turn_does_not_count() {
        let order = RefCell::new(String::new());
        let arm = |name: &'static str| {
            let order = &order;
            let mut turn = 0.0;
            Arm::new(name, move || {
                order.borrow_mut().push_str(name);
                turn += 1.0;
                Ok(sample(turn))
            })
        };

        let series = alternate(2, vec![arm("A"), arm("B")], &Progress::Silent).unwrap();

        assert_eq!(*order.borrow(), "ABABAB");
        assert_eq!(series[1].rates(), [2.0, 3.0]);
        assert!((series[0].requests() - 20.0).abs() < 1e-9);
    }

    #[test]
    fn a_failed_round_ends_the_whole() {
        let arms = vec![Arm::new("A", || Err(BenchError::Invalid("no".to_owned())))];

        assert!(alternate(3, arms, &Progress::Silent).is_err());
    }
}
