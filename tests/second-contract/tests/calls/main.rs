//! Calls a second contract: an in-memory implementation of its traits, and requests through the generated server.
//!
//! Every feature in `docs/contract-support.md` is read and written, and the violation of every constraint is reported with
//! its message.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test reports what went wrong by panicking, also in the functions the tests call"
)]

mod albums;
mod authorization;
mod bodies;
mod client;
mod contract;
mod gallery;
mod parameters;
mod values;
