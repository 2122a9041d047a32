//! What the generated mock asks for: who may call, and what is answered.

use super::answers::Answers;
use super::prefer::Preferences;
use crate::error::Error;
use crate::http::context::RequestContext;
use crate::http::credentials::{self, Credential};
use http::StatusCode;
use immich_api::mock::Examples;
use immich_api::{Backend, Operation};
use serde::de::DeserializeOwned;

/// The one credential that opens nothing, for trying what happens then.
const INVALID: &str = "invalid";

/// Authorizes callers and gives examples.
#[derive(Debug)]
pub struct Stage {
    pub(super) answers: Answers,
}

impl Backend for Stage {
    type Context = RequestContext;
    /// Nobody in particular.
    type Principal = ();
    type Error = Error;

    /// Any credential of an accepted kind will do, but for `INVALID`. It is found, and missed, as the server does.
    async fn authorize(&self, operation: Operation, context: &RequestContext) -> Result<(), Error> {
        let credential = credentials::find(context, operation)?.ok_or_else(credentials::missing)?;
        let is_good = match &credential {
            Credential::SharedLinkKey | Credential::SharedLinkSlug => false,
            Credential::Session(secret) | Credential::ApiKey(secret) => secret.expose() != INVALID,
        };
        if is_good { Ok(()) } else { Err(credential.refusal()) }
    }
}

impl Examples for Stage {
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
