//! Tells how the contract changed, and accepts a change: what `make diff` and `make accept` run.

pub mod accept;
pub mod contracts;
pub mod render;
