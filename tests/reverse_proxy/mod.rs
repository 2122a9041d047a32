//! The server behind a real nginx: client addresses, HTTPS, bodies and connections.

mod bodies;
mod client_address;
mod connections;
mod https;
