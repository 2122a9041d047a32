//! An HTTP server around hyper: it accepts connections, enforces timeouts, parks idle connections, closes in stages and
//! shuts down gracefully.
//!
//! Start with [`serve`]. One connection runs through these modules:
//!
//! 1. `listener`: accepts it and spawns its task;
//! 2. `connection`: detects HTTP/1.1 or HTTP/2, and passes each request to the handler;
//! 3. `timeout_stream`: fails reads and writes that take too long;
//! 4. `idle_parking`: takes an idle HTTP/1.1 connection away from hyper until the next byte arrives;
//! 5. `lingering_close`: reads on after an early answer, so that the client can read that answer;
//! 6. `shutdown`: ends all connections, and waits for them.
//!
//! `connection_state` is the state of one connection, which these modules share.

mod connection;
mod connection_state;
mod idle_parking;
mod lingering_close;
mod listener;
mod shutdown;
mod timeout_stream;

pub use lingering_close::RequestBody;
pub use listener::{Drained, Limits, serve};

/// Any error that a body or a connection may end with.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
