//! An HTTP server around hyper: it accepts connections, enforces timeouts, parks idle connections, closes in stages and
//! shuts down gracefully.
//!
//! Start with [`serve`]. One connection runs through these modules:
//!
//! 1. `listener`: accepts it and spawns its task;
//! 2. `connections`: makes room for it, or closes it at once;
//! 3. `connection`: detects HTTP/1.1 or HTTP/2, and passes each request to the handler;
//! 4. `timeout_stream`: fails reads and writes that take too long, with the minimum rate of `write_rate`;
//! 5. `http2`: resets a stream whose client does not take the response, by the bytes that `send_progress` counts;
//! 6. `idle_parking`: takes an idle HTTP/1.1 connection away from hyper until the next byte arrives;
//! 7. `lingering_close`: reads on after an early answer, so that the client can read that answer, at the pace of `discard_pace`;
//! 8. `shutdown`: ends all connections, and waits for them.
//!
//! `connection_state` is the state of one connection, which these modules share.

mod connection;
mod connection_state;
mod connections;
mod discard_pace;
mod http2;
mod idle_parking;
mod lingering_close;
mod listener;
mod send_progress;
mod shutdown;
mod timeout_stream;
mod write_rate;

pub use connections::{ConnectionCounts, Connections};
pub use lingering_close::RequestBody;
pub use listener::{Drained, Limits, serve};

/// Any error that a body or a connection may end with.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
