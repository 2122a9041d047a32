//! The server behind a real nginx: who the client is, what is encrypted, and that nothing is lost on the way.

mod bodies;
mod client_address;
mod connections;
mod https;
