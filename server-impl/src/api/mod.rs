//! The contract's operations, one file per tag: they convert between the contract's types and the rules in `service/`.
//! `backend.rs` authorizes all of them.

mod api_keys;
mod authentication;
mod backend;
mod convert;
mod list;
mod server;
mod sessions;
mod users;

pub use convert::{session, user_admin};
