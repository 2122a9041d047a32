//! What of the contract a run exercised: operations, statuses, parameters, and keywords of schemas.

mod keywords;
mod observed;

pub(crate) use observed::Observed;

use serde::Serialize;
use std::collections::BTreeSet;

/// What of the contract a run exercised.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Coverage {
    /// All parts together, in percent.
    pub percent: f64,
    /// Operations that answered a request with a success.
    pub operations: Share,
    /// Documented statuses that were received.
    pub statuses: Share,
    /// Parameters and properties of bodies that were sent in a request that succeeded.
    pub parameters: Share,
    /// Keywords of schemas: of a request, a value that breaks it was sent; of a response, a value under it was received.
    pub keywords: Share,
}

/// A part of the contract.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Share {
    /// How many of them were exercised.
    pub covered: usize,
    /// How many the contract has.
    pub total: usize,
    /// Those that were not.
    pub missing: Vec<String>,
}

impl Share {
    fn new(all: BTreeSet<String>, exercised: &BTreeSet<String>) -> Self {
        let total = all.len();
        let missing: Vec<String> = all.into_iter().filter(|each| !exercised.contains(each)).collect();
        Self { covered: total - missing.len(), total, missing }
    }

    /// In percent; 100 of nothing.
    #[must_use]
    pub fn percent(&self) -> f64 {
        percent(self.covered, self.total)
    }
}

impl Coverage {
    pub(crate) fn new(operations: Share, statuses: Share, parameters: Share, keywords: Share) -> Self {
        let parts = [&operations, &statuses, &parameters, &keywords];
        let covered = parts.iter().map(|share| share.covered).sum();
        let total = parts.iter().map(|share| share.total).sum();
        Self { percent: percent(covered, total), operations, statuses, parameters, keywords }
    }

    /// The parts with their names, in the order of reports.
    #[must_use]
    pub fn parts(&self) -> [(&'static str, &Share); 4] {
        [
            ("operations", &self.operations),
            ("statuses", &self.statuses),
            ("parameters", &self.parameters),
            ("keywords", &self.keywords),
        ]
    }
}

fn percent(covered: usize, total: usize) -> f64 {
    let exact = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    // To one decimal, rounded down: 100 % is everything.
    if total == 0 { 100.0 } else { (exact(covered) * 1000.0 / exact(total)).floor() / 10.0 }
}
