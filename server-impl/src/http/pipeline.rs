//! The list of layers that every request passes, outermost first.
//!
//! A layer is one file in `layers/` with one function:
//!
//! ```text
//! async fn handle(server: &HttpServer<A>, context: &mut RequestContext, next: impl Next<A>) -> Answer
//! ```
//!
//! It either answers itself or calls `next(server, context)`, which runs the inner layers. Before the call it can read
//! the request and add to its context; after the call it can change the response. To add a header to all answers, edit
//! `layers/response_headers.rs`. To add a layer, write its file and name it here.

use super::application::Application;
use super::context::RequestContext;
use super::layers::{
    access_log, catch_panic, client_address, compression, conditional, contract, cors, cross_site, docs, framing,
    head_limit, health, request_id, response_headers, static_documents,
};
use super::server::HttpServer;
use http::{Request, Response};
use http_server::RequestBody;
use immich_wire::Body;
use std::net::SocketAddr;
use std::sync::Arc;

/// An answer on its way back through the layers. It is boxed, so that each layer moves only a pointer.
pub type Answer = Box<Response<Body>>;

/// The inner layers and the endpoint, as one function. It captures nothing, so that the futures of the layers stay
/// small.
pub trait Next<A>: AsyncFnOnce(&HttpServer<A>, &mut RequestContext) -> Answer {}

impl<A, F: AsyncFnOnce(&HttpServer<A>, &mut RequestContext) -> Answer> Next<A> for F {}

/// Nests the layers: the first is the outermost, `$endpoint` the innermost.
macro_rules! nest {
    ($endpoint:ident,) => { $endpoint };
    ($endpoint:ident, $layer:ident, $($inner:ident,)*) => {
        async move |server: &HttpServer<A>, context: &mut RequestContext| {
            $layer::handle(server, context, nest!($endpoint, $($inner,)*)).await
        }
    };
}

/// Passes a request through all layers to `endpoint`, which answers the contract's operations.
pub async fn run<A: Application>(
    server: &HttpServer<A>,
    context: &mut RequestContext,
    endpoint: impl Next<A>,
) -> Answer {
    let outermost = nest!(
        endpoint,
        request_id,       // names the request: header, log line, error body
        client_address,   // finds the client behind trusted proxies
        access_log,       // writes one log line and counts metrics
        response_headers, // adds the headers that all answers have
        cors,             // answers preflights; says which origins may read the answer
        catch_panic,      // turns a panic into 500
        compression,      // compresses the body as the client accepts it
        conditional,      // adds the entity tag, and answers 304
        head_limit,       // refuses long heads (431) and unknown expectations (417)
        framing,          // refuses an ambiguous host or transfer coding (400)
        health,           // answers /livez and /readyz
        docs,             // answers the documentation page
        static_documents, // answers openapi.json and /.well-known/immich
        cross_site,       // refuses requests that a page of another site sends with the cookie (403)
    );
    outermost(server, context).await
}

/// The server's pipeline: all layers, then the contract.
pub async fn serve<A: Application>(
    server: Arc<HttpServer<A>>,
    peer: SocketAddr,
    request: Request<RequestBody>,
) -> Response<Body> {
    let mut context = RequestContext::new(request.map(Some), peer);
    *run(&*server, &mut context, contract::handle).await
}
