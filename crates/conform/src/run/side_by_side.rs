//! Requests that are sent side by side, because none depends on another.

use super::Run;
use crate::contract::Operation;
use crate::http::{Request, Response, Sent};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

/// How many requests are sent at once.
const AT_ONCE: usize = 8;

impl Run<'_> {
    /// Sends requests that only prepare a check, several at once; the responses are in the order of the requests.
    pub(crate) async fn send_all(&mut self, requests: &[(&Operation, Request)]) -> Vec<Option<Response>> {
        let mut responses = Vec::with_capacity(requests.len());
        for batch in requests.chunks(AT_ONCE) {
            if batch.iter().any(|(operation, _)| self.client.health.is_hanging(&operation.id)) {
                for (operation, request) in batch {
                    responses.push(self.send_unchecked(operation, request).await);
                }
                continue;
            }
            let client = self.client.clone();
            let sent = all(batch
                .iter()
                .map(|(operation, request)| Box::pin(client.send(&operation.id, request)) as _)
                .collect())
            .await;
            for ((operation, request), sent) in batch.iter().zip(sent) {
                responses.push(self.record_unchecked(operation, request, sent).await);
            }
        }
        responses
    }
}

/// Waits for all futures; the results are in their order.
async fn all(mut futures: Vec<Pin<Box<dyn Future<Output = Sent> + '_>>>) -> Vec<Sent> {
    let mut results: Vec<Option<Sent>> = futures.iter().map(|_| None).collect();
    poll_fn(|context| {
        for (future, result) in futures.iter_mut().zip(&mut results).filter(|(_, result)| result.is_none()) {
            if let Poll::Ready(sent) = future.as_mut().poll(context) {
                *result = Some(sent);
            }
        }
        if results.iter().all(Option::is_some) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    results.into_iter().flatten().collect()
}
