//! The subcommands other than `serve`.

mod cleanup;
mod config;
mod migrate;
mod session;
mod user;
