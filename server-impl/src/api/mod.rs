//! The contract's operations, one file per tag: from the contract's types to the rules in `service/` and back.
//! [`backend`](self) authorizes all of them.

mod api_keys;
mod authentication;
mod backend;
mod convert;
mod server;
mod sessions;
mod users;

pub use convert::user_admin;
