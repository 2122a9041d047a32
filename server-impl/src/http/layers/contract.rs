//! The end of the pipeline: routes, authorizes and validates a request, calls its operation (see `immich_api::serve`),
//! and turns an error into an answer.

use crate::http::application::Application;
use crate::http::context::RequestContext;
use crate::http::pipeline::Answer;
use crate::http::server::HttpServer;
use http_body_util::{Either, Empty};

/// Answers a request, and records its operation in the context for the log and the metrics.
pub(crate) async fn handle<A: Application>(server: &HttpServer<A>, context: &mut RequestContext) -> Answer {
    let body = context.body.take().map_or_else(|| Either::Right(Empty::new()), Either::Left);

    // Boxed: this future contains those of all operations, and each layer would move it.
    let answering = Box::pin(immich_api::serve(&*server.application, &context.head, body, &server.bodies, &*context));
    let (operation, result) = answering.await;
    context.operation = operation;
    result.map_or_else(|error| context.refuse(error), Box::new)
}
