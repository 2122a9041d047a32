//! A second contract, called: an implementation of its traits in memory, requests through the generated server.
//!
//! Every feature that `docs/contract-support.md` lists goes in and comes out again, and every constraint is refused
//! with its message.
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
