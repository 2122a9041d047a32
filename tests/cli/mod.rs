//! The subcommands other than `serve`, and the commands of docs/operations.md.

mod cleanup;
mod config;
mod migrate;
mod operations_page;
mod session;
mod user;
