//! Who calls: credentials, sessions, passwords.

pub mod authorize;
pub mod caller;
pub mod credential_cache;
pub mod device;
pub mod password;
pub mod throttle;
pub mod token;
