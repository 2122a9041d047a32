//! The end of the pipeline: the contract's operations. Routes, authorizes, validates and calls (see `immich_api::serve`),
//! and turns an error into its answer.

use crate::http::application::Application;
use crate::http::context::RequestContext;
use crate::http::pipeline::Answer;
use crate::http::server::HttpServer;
use http_body_util::{Either, Empty};

/// Answers a request. The operation that it asks for becomes part of the context, for the log and the metrics.
pub(crate) async fn handle<A: Application>(server: &HttpServer<A>, context: &mut RequestContext) -> Answer {
    let body = context.body.take().map_or_else(|| Either::Right(Empty::new()), Either::Left);

    // Boxed: the future of all operations is large, and each layer would move it.
    let served = Box::pin(immich_api::serve(&*server.application, &context.head, body, &server.limits, &*context));
    let (operation, result) = served.await;
    context.operation = operation;
    result.map_or_else(|error| context.refuse(error), Box::new)
}
