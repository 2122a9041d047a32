//! The protocol between the database and tokio-postgres: what is changed on the way.

mod error_response;
mod tap;
#[cfg(test)]
mod tests;

pub(super) use tap::Tapped;
