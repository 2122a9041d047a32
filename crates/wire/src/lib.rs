//! Between bytes and contract types: request bodies, parameters, validation rules and replies.
//!
//! This crate is the runtime library of generated servers. It does not know any contract; everything that an operation
//! needs and that does not depend on its contract is here. In the order in which a request uses it:
//!
//! 1. [`path`] splits the path into segments for the router and decodes path parameters.
//! 2. [`body`] receives the body under its [`Limits`], decompresses it and decodes it: a [`BodyReader`] makes a
//!    [`RequestBody`] of it, for most operations the fields of an [`Object`].
//! 3. [`rules`] validates fields: a generated type implements [`FromObject`] by reading its [`Fields`] with a [`Rule`]
//!    each. [`parameters`] validates path, query and header parameters by the same rules.
//! 4. [`Secret`], [`Timestamp`] and [`Date`] are the types of values that need more than a string.
//! 5. [`reply`] writes the response: a [`Reply`] with its headers and a [`Body`] in memory or streamed.
//!
//! A request that fails in steps 1 to 3 is a [`RequestError`], which knows its status and its message.

mod array;
pub mod body;
mod date;
pub mod error;
pub mod open;
pub mod parameters;
pub mod path;
pub mod percent;
pub mod query;
pub mod reply;
pub mod rules;
pub mod secret;
pub mod timestamp;

pub use body::{AcceptedBody, BodyError, BodyKind, BodyReader, Capacity, Limits, Object, RequestBody};
pub use date::Date;
pub use error::{ErrorMessage, RequestError};
pub use open::Open;
pub use parameters::Parameters;
pub use path::BadEscape;
pub use query::{Query, RepeatedParameter};
pub use reply::{Body, BoxError, IntoResponse, Reply, binary, empty, json, not_stored, text};
pub use rules::{
    AnyObject, AnyValue, Choice, Choices, DateTime, Day, Email, Fields, Flag, FromObject, Int32, Integer, List, Map,
    Nested, Number, OneOf, OrNull, Rule, SecretText, Text, UuidText, Violations, parse_uuid_v4, read_object,
};
pub use secret::Secret;
pub use timestamp::Timestamp;
