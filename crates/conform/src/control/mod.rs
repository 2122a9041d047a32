//! What follows a run while it goes on, and what ends it early.

mod health;
mod progress;
mod snapshots;
mod stop;

pub(crate) use health::{Delivery, Health};
pub use progress::Progress;
pub(crate) use progress::Status;
pub(crate) use snapshots::Snapshots;
pub use stop::Stop;

use crate::report::Report;
use std::fmt;

/// Receives reports of a run.
pub type Receiver<'a> = Box<dyn FnMut(&Report) + 'a>;

/// What follows a run while it goes on, and what ends it early. The default is silent, and never ends a run.
#[derive(Default)]
pub struct Control<'a> {
    /// Shows how far the run is.
    pub progress: Progress,
    /// Ends the run early, for instance because of a signal.
    pub stop: Stop,
    /// Receives a report every few seconds, and one at the start. These reports are incomplete
    /// ([`Report::incomplete`]).
    pub snapshots: Option<Receiver<'a>>,
}

impl fmt::Debug for Control<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Control").field("stop", &self.stop).finish_non_exhaustive()
    }
}
