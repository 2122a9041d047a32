//! Whether the server still responds. A run does not wait for a server that has ended or hangs.

use super::Stop;
use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

/// So many operations in a row without a response in time: the server hangs.
const HANGING_OPERATIONS: usize = 3;
/// So many requests of one operation without a response in time: no more of them are sent.
const HANGING_REQUESTS: usize = 3;
/// So many requests in a row for which no connection could be opened: the server has ended.
const FAILED_CONNECTIONS: usize = 3;

/// Whether the server still responds. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Health(Arc<Mutex<Failures>>);

#[derive(Debug, Default)]
struct Failures {
    /// The operations whose requests timed out, since the last response.
    in_a_row: Vec<String>,
    /// How many requests of each operation timed out, since its last response.
    of_operation: HashMap<String, usize>,
    /// How often connecting failed, since the last success.
    connections: usize,
    /// Whether there was any response.
    answered: bool,
}

/// What happened to a request.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Delivery<'a> {
    /// There was a response.
    Answered,
    /// There was none in time.
    TimedOut,
    /// No connection could be opened.
    NotConnected(&'a io::Error),
    /// The connection was closed, or what was received is not a response.
    Broken,
}

impl Health {
    /// Takes note of what happened to a request, and ends the run if a server that responded does so no longer.
    pub(crate) fn observe(&self, operation: &str, delivery: Delivery<'_>, stop: &Stop) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match delivery {
            Delivery::Answered => {
                failures.answered = true;
                failures.in_a_row.clear();
                failures.of_operation.remove(operation);
                failures.connections = 0;
            }
            Delivery::Broken => failures.connections = 0,
            Delivery::TimedOut => {
                *failures.of_operation.entry(operation.to_owned()).or_default() += 1;
                if !failures.in_a_row.iter().any(|known| known == operation) {
                    failures.in_a_row.push(operation.to_owned());
                }
                if failures.answered && failures.in_a_row.len() >= HANGING_OPERATIONS {
                    let operations = failures.in_a_row.join(", ");
                    stop.stop(format!("the server hangs: no response in time to {operations}, one after the other"));
                }
            }
            Delivery::NotConnected(error) => {
                failures.connections += 1;
                if failures.answered && failures.connections >= FAILED_CONNECTIONS {
                    stop.stop(format!("the server is unavailable since {operation}: {error}"));
                }
            }
        }
    }

    /// Whether the server has answered any request.
    pub(crate) fn has_answered(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).answered
    }

    /// Whether requests of this operation are not worth waiting for.
    pub(crate) fn is_hanging(&self, operation: &str) -> bool {
        let failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failures.of_operation.get(operation).is_some_and(|count| *count >= HANGING_REQUESTS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_hangs_when_three_operations_in_a_row_get_no_response() {
        let (health, stop) = (Health::default(), Stop::default());
        for operation in ["a", "a", "b"] {
            health.observe(operation, Delivery::TimedOut, &stop);
        }
        health.observe("a", Delivery::Answered, &stop);
        for operation in ["a", "b", "b", "b"] {
            health.observe(operation, Delivery::TimedOut, &stop);
        }
        assert_eq!(stop.reason(), None);
        assert!(health.is_hanging("b") && !health.is_hanging("a"));

        health.observe("c", Delivery::TimedOut, &stop);

        assert_eq!(stop.reason(), Some("the server hangs: no response in time to a, b, c, one after the other"));
    }

    #[test]
    fn a_server_has_ended_when_three_connections_in_a_row_fail() {
        let (health, stop) = (Health::default(), Stop::default());
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        for delivery in [Delivery::Answered, Delivery::NotConnected(&refused), Delivery::Broken] {
            health.observe("a", delivery, &stop);
        }
        for _ in 0..2 {
            health.observe("a", Delivery::NotConnected(&refused), &stop);
        }
        assert_eq!(stop.reason(), None);

        health.observe("b", Delivery::NotConnected(&refused), &stop);

        assert_eq!(stop.reason(), Some("the server is unavailable since b: connection refused"));
    }
}
