//! Reports how the contract changed, and accepts a change: `make diff` and `make accept`.

pub mod accept;
pub mod contracts;
