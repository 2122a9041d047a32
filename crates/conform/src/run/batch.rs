//! Requests that do not depend on each other, sent side by side.

use super::{Expected, Run};
use crate::contract::Operation;
use crate::http::{Request, Response};
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
        let client = &self.client;
        let sending = requests.iter().map(|(request, _)| async move {
            let is_sent = client.can_send(request) && !client.health.is_hanging(&operation.id);
            if is_sent { Some(client.send(&operation.id, request).await) } else { None }
        });
        let sent: Vec<_> = stream::iter(sending).buffered(AT_ONCE).collect().await;
        let mut responses = Vec::new();
        for ((request, expected), sent) in requests.iter().zip(sent) {
            responses.push(match sent {
                Some(sent) => self.check_sent(operation, request, *expected, false, sent).await,
                None => None,
            });
        }
        responses
    }
}
