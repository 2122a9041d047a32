//! How bytes become values and values become bytes, whatever the contract says.
//!
//! Every generated operation needs the same few things: a body read under a limit and decoded, path and query
//! parameters, fields checked with the messages clients know, secrets and timestamps as types, and a reply to write.
//! None of that depends on the contract, so it lives here and is written once.

pub mod body;
pub mod error;
pub mod path;
mod percent;
pub mod query;
pub mod reply;
pub mod rules;
pub mod secret;
pub mod timestamp;

pub use body::{BodyError, Limits, Object};
pub use error::{ErrorMessage, RequestError};
pub use path::BadEscape;
pub use query::{Query, RepeatedParameter};
pub use reply::{Body, BoxError, IntoResponse, Reply, empty, json};
pub use rules::{
    Choice, Choices, DateTime, Email, Fields, Flag, FromObject, Integer, List, Nested, Number, OneOf, Rule, SecretText,
    Text, UuidText, Violations, parse_uuid_v4, read_object,
};
pub use secret::Secret;
pub use timestamp::Timestamp;
