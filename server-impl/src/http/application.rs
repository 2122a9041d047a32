//! The application that the pipeline serves.

use crate::error::Error;
use crate::http::context::RequestContext;
use immich_api::Api;

/// An implementation of the contract, and whether it can serve: the server on its database, or the mock.
pub trait Application: Api<Context = RequestContext, Error = Error> {
    /// Whether requests can be answered now.
    fn ready(&self) -> impl Future<Output = Ready> + Send;
}

/// Whether requests can be answered. The texts are for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ready {
    /// All.
    Yes,
    /// As far as the operator demands; this is missing.
    Partly(String),
    /// No; this is missing.
    No(String),
}
