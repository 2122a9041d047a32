//! The application that the pipeline serves.

use crate::error::Error;
use crate::http::context::RequestContext;
use immich_api::Api;

/// An implementation of the contract, and whether it can serve: the server on its database, or the mock.
pub trait Application: Api<Context = RequestContext, Error = Error> {
    /// Whether requests can be answered now.
    ///
    /// # Errors
    /// The reason why not, for the operator.
    fn ready(&self) -> impl Future<Output = Result<(), &'static str>> + Send;
}
