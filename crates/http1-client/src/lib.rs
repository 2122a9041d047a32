//! A client for HTTP/1.1 (RFC 9112) that sends requests unchanged and returns responses unchanged.
//!
//! Client libraries normalize requests, refuse to send wrong ones, and tidy up responses. A test of a server needs the
//! opposite: a [`Request`] is sent exactly as written, a [`Response`] keeps the order and spelling of its headers, and
//! unexpected extra bytes can be read.
//!
//! The [`Parser`] does no input or output, so that asynchronous and blocking programs read responses in the same way.
//! [`Connection`] is the parser on a tokio stream.

mod connection;
mod parser;
mod request;
mod response;

pub use connection::Connection;
pub use parser::{Event, Head, ParseError, Parser};
pub use request::Request;
pub use response::Response;
