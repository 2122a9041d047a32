//! From a socket to an answer: everything of HTTP that the contract does not say.

pub mod client_address;
pub mod compression;
pub mod conditional;
mod connection;
pub mod context;
pub mod cookies;
pub mod credentials;
mod deadlines;
mod finish;
pub mod headers;
pub mod health;
pub mod listener;
pub mod service;
