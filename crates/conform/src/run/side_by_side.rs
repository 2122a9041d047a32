//! Requests that do not depend on each other, sent side by side.

use super::{Expected, Run};
use crate::contract::Operation;
use crate::http::{Request, Response, Sent};
use futures_util::StreamExt as _;
use futures_util::stream;

/// How many requests are in progress at once: enough to hide the latency of a remote server, too few to strain one.
const AT_ONCE: usize = 4;

impl Run<'_> {
    /// Sends requests of an operation several at a time, and checks the responses in the order of the requests. For
    /// requests whose order does not matter, such as those that must be rejected.
    pub(crate) async fn send_and_check_all(
        &mut self,
        operation: &Operation,
        requests: &[(Request, Expected<'_>)],
    ) -> Vec<Option<Response>> {
        let sent = self.send_side_by_side(requests.iter().map(|(request, _)| (operation, request))).await;
        let mut responses = Vec::with_capacity(requests.len());
        for ((request, expected), sent) in requests.iter().zip(sent) {
            responses.push(match sent {
                Some(sent) => self.check_sent(operation, request, *expected, false, sent).await,
                None => self.note_held_back(operation, request),
            });
        }
        responses
    }

    /// Sends requests that only prepare a check, several at a time; the responses are in the order of the requests.
    pub(crate) async fn send_all(&mut self, requests: &[(&Operation, Request)]) -> Vec<Option<Response>> {
        let sent = self.send_side_by_side(requests.iter().map(|(operation, request)| (*operation, request))).await;
        let mut responses = Vec::with_capacity(requests.len());
        for ((operation, request), sent) in requests.iter().zip(sent) {
            responses.push(match sent {
                Some(sent) => self.record_unchecked(operation, request, sent).await,
                None => self.note_held_back(operation, request),
            });
        }
        responses
    }

    /// What came of each request, in their order; `None` if it was held back.
    async fn send_side_by_side(&self, requests: impl Iterator<Item = (&Operation, &Request)>) -> Vec<Option<Sent>> {
        let client = &self.client;
        let sending = requests.map(|(operation, request)| async move {
            // The requests before may have shown that the operation hangs.
            if self.must_hold_back(operation, request) { None } else { Some(client.send(&operation.id, request).await) }
        });
        stream::iter(sending).buffered(AT_ONCE).collect().await
    }

    /// There is no response to a request that was held back.
    fn note_held_back(&mut self, operation: &Operation, request: &Request) -> Option<Response> {
        self.holds_back(operation, request);
        None
    }
}
