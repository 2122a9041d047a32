//! Operations with the tag `Server`.

mod get_about_info;
mod get_server_config;
mod get_server_features;
mod get_server_version;
mod ping_server;
