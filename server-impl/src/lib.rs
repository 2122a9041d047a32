//! The program: the contract's operations on a real Postgres.
//!
//! `docs/architecture.md` says where a request goes. In short: [`http`] takes it in, [`auth`] says who calls,
//! [`api`] has one thin method per operation, [`service`] knows the rules, [`db`] the queries; [`config`] and [`cli`]
//! are how the operator controls it, [`telemetry`] is what it reports about itself, [`pins`] hold the contract that it
//! was accepted against. [`mock`] answers the contract with examples, without a database.

pub mod api;
pub mod app;
pub mod auth;
pub mod cli;
pub mod config;
pub mod db;
pub mod error;
pub mod http;
pub mod mock;
pub mod pins;
pub mod service;
pub mod telemetry;
