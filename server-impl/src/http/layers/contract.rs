//! The end of the pipeline: the contract's operations. Routes, authorizes, validates and calls (see `immich_api::serve`),
//! and turns an error into its answer.

use crate::http::application::Application;
use crate::http::context::RequestContext;
use crate::http::server::HttpServer;
use http::Response;
use http_server::RequestBody;
use immich_wire::Body;

/// Answers a request. The operation that it asks for becomes part of the context, for the log and the metrics.
pub(crate) async fn handle<A: Application>(
    server: &HttpServer<A>,
    context: &mut RequestContext,
    body: RequestBody,
) -> Response<Body> {
    let (operation, result) =
        immich_api::serve(&*server.application, &context.head, body, &server.limits, &*context).await;
    context.operation = operation;
    result.unwrap_or_else(|error| context.refuse(error))
}
