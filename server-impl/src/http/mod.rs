//! The HTTP behavior that the contract does not describe.
//!
//! [`pipeline`] is the list of layers that a request passes, in order; [`layers`] has a file for each. The sockets are
//! the crate `http-server`.

pub mod application;
pub mod context;
pub mod cookies;
pub mod credentials;
pub mod device;
pub mod headers;
pub mod layers;
pub mod pipeline;
pub mod server;
pub mod static_file;
