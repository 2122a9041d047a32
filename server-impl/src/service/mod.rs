//! The rules of the product: what the methods in `api/` mean, on top of the queries in `db/`.

pub mod accounts;
pub mod api_keys;
pub mod audit_key;
pub mod cleanup;
mod lists;
pub mod login;
pub mod nightly;
pub mod server_info;
pub mod sessions;
mod sizes;
pub mod system_config;
pub mod users;
