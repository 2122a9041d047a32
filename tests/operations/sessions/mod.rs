//! Operations with the tag `Sessions`.

mod create_session;
mod delete_all_sessions;
mod delete_session;
mod get_sessions;
