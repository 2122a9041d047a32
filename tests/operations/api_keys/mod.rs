//! Operations with the tag `API keys`.

mod create_api_key;
mod delete_api_key;
mod get_api_key;
mod get_api_keys;
mod get_my_api_key;
mod update_api_key;
