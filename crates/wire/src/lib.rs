//! How bytes become values and values become bytes, whatever the contract says.
//!
//! Every generated operation needs the same few things: a body read under a limit and decoded, path and query
//! parameters, fields checked with the messages clients know, secrets and timestamps as types, and a reply to write.
//! None of that depends on the contract, so it lives here and is written once.

mod array;
pub mod body;
mod date;
pub mod error;
pub mod parameters;
pub mod path;
mod percent;
pub mod query;
pub mod reply;
pub mod rules;
pub mod secret;
pub mod timestamp;

pub use body::{BodyError, Content, Intake, Limits, Object};
pub use date::Date;
pub use error::{ErrorMessage, RequestError};
pub use parameters::Parameters;
pub use path::BadEscape;
pub use query::{Query, RepeatedParameter};
pub use reply::{Body, BoxError, IntoResponse, Reply, binary, empty, json, text};
pub use rules::{
    AnyObject, AnyValue, Choice, Choices, DateTime, Day, Email, Fields, Flag, FromObject, Int32, Integer, List, Map,
    Nested, Number, OneOf, OrNull, Rule, SecretText, Text, UuidText, Violations, parse_uuid_v4, read_object,
};
pub use secret::Secret;
pub use timestamp::Timestamp;
