//! What the templates do not support is refused, with the place in the contract, what stands there and what to do.
//!
//! Every test starts from the second contract (`tests/second-contract/`), which uses everything that is supported, and
//! changes one thing: exactly that is refused.
#![allow(
    clippy::unwrap_used,
    reason = "a test reports what went wrong by panicking, also in the functions the tests call"
)]
#![allow(clippy::needless_pass_by_value, reason = "tests write the values in place")]

mod bodies;
mod changed;
mod document;
mod enumerations;
mod names;
mod objects;
mod operations;
mod parameters;
mod responses;
mod routes;
mod schemas;
mod security;
mod unions;
mod values;
