//! From a socket to an answer: everything of HTTP that the contract does not say.

pub mod app_site;
pub mod client_address;
pub mod compression;
pub mod conditional;
mod connection;
pub mod context;
pub mod cookies;
mod correlation_id;
pub mod cors;
pub mod credentials;
mod deadlines;
mod docs;
mod finish;
pub mod headers;
pub mod health;
mod lingering;
pub mod listener;
mod phase;
mod resting;
pub mod service;
pub mod site;
pub mod standing;
mod stopping;
