//! The contract in Rust: App API 0.1.0, 24 operations under `/api`.
//!
//! Generated from `spec/openapi.json` and `spec/overlay.json` by openapi-generator with the templates in
//! `spec/templates/`. Do not edit: change what is in `spec/` and run `make generate`.
//!
//! - [`models`]: the contract's schemas. Reading one from a request enforces every constraint.
//! - [`Operation`]: the contract's operations and what it says of each.
//! - [`apis`]: one trait per tag. An implementation of all of them is an [`Api`].
//! - [`mock`]: an implementation that answers with examples.
//! - [`pins`]: a digest of every part of the contract, for an implementation to hold against what it accepted.
//! - [`serve`]: from a request to its answer: route, authorize, validate, call.

#![allow(
    clippy::doc_markdown,
    clippy::enum_variant_names,
    clippy::many_single_char_names,
    clippy::similar_names,
    clippy::struct_field_names,
    clippy::too_many_lines,
    reason = "the contract has them so"
)]

pub mod apis;
pub mod mock;
pub mod models;
mod operation;
pub mod permission;
pub mod pins;
mod router;
mod security;
mod server;

pub use apis::Api;
pub use operation::{Facts, Operation};
pub use permission::Granted;
pub use router::{Route, check_parameters, route};
pub use security::{Place, SecurityScheme};
pub use server::{Backend, answer, serve};

/// Path under which all operations live.
pub const BASE_PATH: &str = "/api";

/// Version of the contract.
pub const CONTRACT_VERSION: &str = "0.1.0";

/// The effective contract: the document with its overlay applied, as OpenAPI 3.0 in JSON.
pub const CONTRACT: &str = include_str!("../openapi.json");
