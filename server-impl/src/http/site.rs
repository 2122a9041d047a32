//! What is served: an implementation of the contract, and what it answers beside it.

use crate::error::Error;
use crate::http::context::RequestContext;
use http::{Response, StatusCode};
use immich_api::{Api, Operation};
use immich_wire::Body;
use std::time::Duration;

/// What came of a request: the operation that it asked for, if there is one, and its answer.
pub type Outcome = (Option<Operation>, Result<Response<Body>, Error>);

/// An implementation of the contract with what surrounds its operations. Everything else of HTTP is the same for all:
/// see [`HttpService`](crate::http::service::HttpService).
pub trait Site: Send + Sync + 'static {
    /// The implementation.
    type Api: Api<Context = RequestContext, Error = Error>;

    /// The implementation.
    fn api(&self) -> &Self::Api;

    /// An answer in place of the implementation's, where there is one: at paths beside the contract, or when the site
    /// has reason to keep a request from the implementation.
    fn instead(&self, context: &RequestContext) -> impl Future<Output = Option<Outcome>> + Send;

    /// Sees every answer, before it is given its entity tag and compressed, and may add headers.
    fn answered(&self, context: &RequestContext, operation: Option<Operation>, response: &mut Response<Body>);

    /// Counts an answer with the time it took.
    fn count(&self, operation: Option<Operation>, status: StatusCode, took: Duration);
}
