//! Types and traits for Albums "second edition" 2.0.0: 18 operations under `/v2`.
//!
//! Generated from `spec/openapi.json` and `spec/overlay.json` by openapi-generator with the templates in
//! `spec/templates/`. Do not edit: change the files in `spec/` and run `make generate`.
//!
//! - [`models`]: the schemas of the contract. Reading one from a request enforces every constraint.
//! - [`Operation`]: the operations, with method, path, security schemes and permission of each.
//! - [`apis`]: one trait per tag. An implementation of all of them is an [`Api`].
//! - [`mock`]: an implementation that responds with examples.
//! - [`pins`]: a digest of every part of the contract, which an implementation compares with the contract it was
//!   accepted with.
//! - [`serve`]: handles a request: routes, authorizes, validates, calls.

#![allow(
    clippy::doc_markdown,
    clippy::enum_variant_names,
    clippy::many_single_char_names,
    clippy::similar_names,
    clippy::struct_field_names,
    clippy::too_many_lines,
    reason = "given by the contract"
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
pub use permission::PasswordCheck;
pub use router::{Route, check_parameters, route};
pub use security::{Place, SecurityScheme};
pub use server::{Backend, answer, serve};

/// The base path of all operations.
pub const BASE_PATH: &str = "/v2";

/// The version of the contract.
pub const CONTRACT_VERSION: &str = "2.0.0";

/// The effective contract as OpenAPI 3.0 in JSON: the contract with its overlay applied.
pub const CONTRACT: &str = include_str!("../openapi.json");
