//! The subcommands beside `serve`.

mod config;
mod migrate;
mod user;
