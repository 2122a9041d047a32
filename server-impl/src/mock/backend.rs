//! The mock's side of the generated operations: authorization, and the examples that they answer.

use super::answers::Answers;
use super::preferences::Preferences;
use crate::error::Error;
use crate::http::application::{Application, Ready};
use crate::http::context::RequestContext;
use crate::http::credentials::{self, Credential};
use http::StatusCode;
use immich_api::mock::{Examples, Mock};
use immich_api::{Backend, Operation};
use serde::de::DeserializeOwned;

/// The one credential that is rejected, for trying out what happens then.
const INVALID: &str = "invalid";

/// Authorizes callers and provides examples.
#[derive(Debug)]
pub struct MockBackend {
    pub(super) answers: Answers,
}

impl Backend for MockBackend {
    type Context = RequestContext;
    /// The mock has no users.
    type Principal = ();
    type Error = Error;

    fn has_credential(&self, operation: Operation, context: &RequestContext) -> bool {
        credentials::is_present(context, operation)
    }

    /// Accepts any credential of an accepted kind except `INVALID`. Credentials are found as the server finds them.
    async fn authorize(&self, operation: Operation, context: &RequestContext) -> Result<(), Error> {
        let credential = credentials::find(context, operation)?.ok_or_else(credentials::missing)?;
        let is_good = match &credential {
            Credential::SharedLinkKey | Credential::SharedLinkSlug => false,
            Credential::Session(secret) | Credential::ApiKey(secret) => secret.expose() != INVALID,
        };
        if is_good { Ok(()) } else { Err(credential.refusal()) }
    }
}

impl Examples for MockBackend {
    fn prefers(&self, status: StatusCode, context: &RequestContext) -> bool {
        Preferences::read(&context.head.headers).code == Some(status)
    }

    fn example<T: DeserializeOwned>(
        &self,
        operation: Operation,
        status: StatusCode,
        context: &RequestContext,
    ) -> Result<T, Error> {
        let name = Preferences::read(&context.head.headers).example;
        let example = self.answers.example(operation, status, name.as_deref());
        Ok(serde_json::from_value(example)?)
    }
}

impl Application for Mock<MockBackend> {
    async fn ready(&self) -> Ready {
        Ready::Yes
    }
}
