//! The program: the contract's operations on a real Postgres.
//!
//! A request passes through these modules, in this order:
//!
//! 1. [`http`]: the layers around the contract; [`http::pipeline`] lists them.
//! 2. `immich_api::serve`, generated from the contract: routes, reads and validates.
//! 3. [`api`]: authorizes the request, and has one thin method per operation.
//! 4. [`service`]: the rules of the product.
//! 5. [`db`]: the queries, one file per table.
//!
//! [`state`] is what the operations work with, [`auth`] has callers, passwords and the login throttle, and [`error`] the
//! statuses of failures. Around them: [`cli`] the commands, [`config`] the settings, [`telemetry`] logs and metrics,
//! [`pins`] the accepted contract, and [`mock`] the contract answered with examples.

// The layers of the pipeline nest their futures.
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
