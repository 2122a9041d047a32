//! Callers and their credentials: sessions, API keys, passwords.

pub mod caller;
pub mod credential_cache;
pub mod password;
pub mod password_policy;
pub mod session_lifetime;
pub mod source;
pub mod throttle;
pub mod token;
