//! The subcommands other than `serve`.

mod config;
mod migrate;
mod user;
