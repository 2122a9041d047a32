//! One file per operation of the contract, in the folder of its tag, for what the recorded cases do
//! not cover.

mod api_keys;
mod authentication;
mod server;
mod sessions;
mod users;
