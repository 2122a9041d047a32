//! Request bodies: received under limits of size, time and memory, decompressed, and decoded.
//!
//! A [`BodyReader`] makes a [`RequestBody`] of each. Most operations take an [`Object`] with fields. Only
//! `application/json` and `application/x-www-form-urlencoded` have fields. A body of any other media type, and an absent
//! body, is an object without fields, so that validation reports the missing ones. Operations that take something else
//! have another [`BodyKind`].

mod charset;
mod content;
mod encoding;
mod error;
mod form;
mod format;
mod in_flight;
mod json;
mod limits;
mod reader;
mod receive;
mod workers;

pub use content::{BodyKind, RequestBody};
pub use error::BodyError;
pub use in_flight::{Capacity, InFlight};
pub use limits::{AcceptedBody, Limits};
pub use reader::BodyReader;

/// The fields of a body.
pub type Object = serde_json::Map<String, serde_json::Value>;

#[cfg(test)]
mod tests;
