//! The credential cache never outlives a revocation, with several servers on one database.

mod liveness;
mod pair;
mod revocations;
mod victim;
