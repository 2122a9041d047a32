//! A server that answers with examples from the contract and needs no database, for developers of clients.
//!
//! The operations are generated ([`immich_api::mock`]), so that the mock has every operation that the contract has;
//! requests pass the same layers and are validated by the same code as the server's; any credential is accepted. What is answered comes from the contract:
//! the examples that it declares, and where it declares none, values that its schemas allow, made up from a seed.

mod answers;
mod backend;
mod prefer;
mod preferences;
mod sample;

pub use backend::MockBackend;

use crate::http::context::RequestContext;
use crate::http::layers::contract;
use crate::http::pipeline;
use crate::http::server::HttpServer;
use answers::Answers;
use http::{Request, Response};
use http_server::RequestBody;
use immich_api::mock::Mock;
use immich_wire::Body;
use std::net::SocketAddr;
use std::sync::Arc;

/// The mock of the contract that this program was built from. A seed always gives the same answers.
///
/// # Errors
/// The contract is not JSON.
pub fn mock(seed: u64) -> Result<Mock<MockBackend>, serde_json::Error> {
    Ok(Mock(MockBackend { answers: Answers::read(immich_api::CONTRACT, seed)? }))
}

/// The mock's pipeline: that of the server, and one more layer before the contract.
pub async fn serve(
    server: Arc<HttpServer<Mock<MockBackend>>>,
    peer: SocketAddr,
    request: Request<RequestBody>,
) -> Response<Body> {
    let mut context = RequestContext::new(request.map(Some), peer);
    let prefer = async |server: &HttpServer<_>, context: &mut RequestContext| {
        prefer::handle(server, context, contract::handle).await
    };
    *pipeline::run(&*server, &mut context, prefer).await
}
