//! The server program: it answers the contract's operations from a Postgres database.
//!
//! A request passes through these modules, in this order:
//!
//! 1. [`http`]: the layers around the contract; [`http::pipeline`] lists them.
//! 2. `immich_api::serve`, generated from the contract: routes, reads and validates the request.
//! 3. [`api`]: authorizes the request, and has one thin method per operation.
//! 4. [`service`]: the rules of the product.
//! 5. [`db`]: the queries, one file per table.
//!
//! These modules support them:
//!
//! - [`state`]: what every operation shares, such as the database and the password hasher.
//! - [`auth`]: callers, passwords, the credential cache and the login throttle.
//! - [`error`]: the errors of requests, and the status and log line of each.
//! - [`cli`]: the commands. [`config`]: the settings. [`telemetry`]: logs and metrics.
//! - [`pins`]: the accepted version of the contract, checked by the compiler.
//! - [`mock`]: a server that answers the contract with examples.

// The futures of the pipeline's layers are nested types, deeper than the default limit.
#![recursion_limit = "256"]

pub mod api;
pub mod auth;
pub mod cli;
pub mod config;
pub mod db;
pub mod error;
pub mod http;
pub mod mock;
pub mod pins;
pub mod service;
pub mod state;
pub mod telemetry;
