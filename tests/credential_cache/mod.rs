//! The cache of callers, and that it never outlives a revocation: several servers on one database.

mod liveness;
mod pair;
mod revocations;
mod victim;
