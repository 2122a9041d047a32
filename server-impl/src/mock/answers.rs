//! The answers that the contract documents: the statuses of an operation, and examples of their bodies.

use super::sample::{Extent, Sampler};
use http::StatusCode;
use immich_api::Operation;
use immich_contract::resolve;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Examples that every answer has, beside those that the contract declares.
const MADE_UP: [(&str, Extent); 2] = [("minimal", Extent::Minimal), ("full", Extent::Full)];

/// The answers of the contract.
#[derive(Debug)]
pub(super) struct Answers {
    document: Value,
    seed: u64,
}

impl Answers {
    /// Reads the effective contract. Everything that is made up depends on the seed.
    ///
    /// # Errors
    /// It is not JSON.
    pub(super) fn read(contract: &str, seed: u64) -> Result<Self, serde_json::Error> {
        Ok(Self { document: serde_json::from_str(contract)?, seed })
    }

    /// Whether the contract says that an operation may answer with this status; `default` stands for every error.
    pub(super) fn documents(&self, operation: Operation, status: StatusCode) -> bool {
        let is_error = status.is_client_error() || status.is_server_error();
        let range = format!("{}XX", status.as_u16() / 100);
        self.statuses(operation).any(|documented| {
            documented == status.as_str() || documented == range || is_error && documented == "default"
        })
    }

    /// The statuses that the contract names for an operation, as it names them.
    pub(super) fn statuses(&self, operation: Operation) -> impl Iterator<Item = &str> {
        self.responses(operation).into_iter().flatten().map(|(status, _)| status.as_str())
    }

    /// The names of the examples of an answer; none for an answer without a body.
    pub(super) fn names(&self, operation: Operation, status: StatusCode) -> Vec<&str> {
        let Some(media) = self.media(operation, status) else { return Vec::new() };
        let declared = declared(media).map(|(name, _)| name.as_str());
        declared.chain(MADE_UP.map(|(name, _)| name)).collect()
    }

    /// An example of the body that an operation answers with this status: the one with this name if there is one, else
    /// the first by name that the contract declares, else one that is made up.
    pub(super) fn example(&self, operation: Operation, status: StatusCode, name: Option<&str>) -> Value {
        let Some(media) = self.media(operation, status) else { return Value::Null };
        let named = |wanted: &str| declared(media).find(|(name, _)| *name == wanted).map(|(_, example)| example);
        if let Some(example) = name.and_then(named) {
            return self.declared_value(example);
        }
        let made_up = MADE_UP.iter().find(|(made_up, _)| Some(*made_up) == name).map(|(_, extent)| *extent);
        match (made_up, media.get("example"), declared(media).next()) {
            (None, Some(example), _) => example.clone(),
            (None, None, Some((_, example))) => self.declared_value(example),
            (made_up, ..) => {
                let sampler = Sampler::new(&self.document, self.seed, made_up.unwrap_or(Extent::Usual));
                sampler.sample(media.get("schema").unwrap_or(&Value::Null), operation.id())
            }
        }
    }

    fn responses(&self, operation: Operation) -> Option<&Map<String, Value>> {
        let item = self.document.get("paths")?.get(operation.path())?;
        item.get(operation.method().as_str().to_ascii_lowercase())?.get("responses")?.as_object()
    }

    fn media(&self, operation: Operation, status: StatusCode) -> Option<&Value> {
        let response = self.resolved(self.responses(operation)?.get(status.as_str())?);
        response.get("content")?.as_object()?.values().next()
    }

    /// The value of an Example Object (OpenAPI 3.0.3, section 4.7.19).
    fn declared_value(&self, example: &Value) -> Value {
        self.resolved(example).get("value").cloned().unwrap_or_default()
    }

    fn resolved<'v>(&'v self, value: &'v Value) -> &'v Value {
        resolve(&self.document, value)
    }
}

/// The examples that a media type declares, in the order of their names.
fn declared(media: &Value) -> impl Iterator<Item = (&String, &Value)> {
    let examples: BTreeMap<_, _> = media.get("examples").and_then(Value::as_object).into_iter().flatten().collect();
    examples.into_iter()
}
