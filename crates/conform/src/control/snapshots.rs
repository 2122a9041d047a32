//! Reports of a run that still goes on.

use super::Receiver;
use crate::report::Report;
use std::fmt;
use std::time::{Duration, Instant};

/// How often a report is made.
const EVERY: Duration = Duration::from_secs(3);
/// Making and writing reports takes at most one part in so many of the run.
const SHARE: u32 = 20;

/// Receives reports of a run that still goes on.
#[derive(Default)]
pub(crate) struct Snapshots<'a> {
    receiver: Option<Receiver<'a>>,
    next: Option<Instant>,
}

impl<'a> Snapshots<'a> {
    pub(crate) fn new(receiver: Option<Receiver<'a>>) -> Self {
        Self { receiver, next: None }
    }

    /// Whether it is time for a report; the first one is due at once.
    pub(crate) fn is_due(&self) -> bool {
        self.receiver.is_some() && self.next.is_none_or(|next| next <= Instant::now())
    }

    /// Makes a report and passes it on.
    pub(crate) fn take(&mut self, report: impl FnOnce() -> Report) {
        let Some(receiver) = &mut self.receiver else { return };
        let started = Instant::now();
        receiver(&report());
        let took = started.elapsed();
        self.next = Some(Instant::now() + EVERY.max(took * SHARE));
    }
}

impl fmt::Debug for Snapshots<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Snapshots").field("next", &self.next).finish_non_exhaustive()
    }
}
