//! One file per operation, in the folder of its tag, for behavior that the recorded cases do not cover.

mod api_keys;
mod authentication;
mod server;
mod sessions;
mod users;
