//! The replies that the database still owes, in order, and which of them the client must not receive.

use std::collections::VecDeque;
use std::io;

/// The name of a prepared statement.
pub(super) type Name = Box<[u8]>;

/// What a message of the client causes. Source: PostgreSQL manual, "Message Flow".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// To Parse.
    Parsed,
    /// To Bind.
    Bound,
    /// To Describe: parameters and columns, or that there are none.
    Described,
    /// To Execute: rows, or a copy, and their end.
    Executed,
    /// To Close.
    Closed,
    /// To Sync and to a simple query: whatever there is, up to `ReadyForQuery`.
    Ready,
}

struct Expected {
    reply: Reply,
    /// Whether the client sent the message.
    forward: bool,
    /// The statement that a Parse of the client prepares.
    statement: Option<Name>,
}

/// What to do with a message of the database.
pub(super) struct Received {
    /// Whether the client gets it.
    pub(super) forward: bool,
    /// Statements that were not prepared after all.
    pub(super) failed: Vec<Name>,
}

/// See the module. It grows with the messages in flight, as the client's own list of requests does.
#[derive(Default)]
pub(super) struct Replies(VecDeque<Expected>);

impl Replies {
    /// A message of the client was sent.
    pub(super) fn expect(&mut self, reply: Reply) {
        self.0.push_back(Expected { reply, forward: true, statement: None });
    }

    /// A Parse of the client was sent.
    pub(super) fn expect_statement(&mut self, name: Name) {
        self.0.push_back(Expected { reply: Reply::Parsed, forward: true, statement: Some(name) });
    }

    /// A message was sent that is not the client's.
    pub(super) fn expect_hidden(&mut self, reply: Reply) {
        self.0.push_back(Expected { reply, forward: false, statement: None });
    }

    /// A message of this type was received.
    ///
    /// # Errors
    /// It is not a reply to what was sent. Then no later one could be assigned.
    pub(super) fn receive(&mut self, tag: u8) -> io::Result<Received> {
        let mut received = Received { forward: true, failed: Vec::new() };
        // Notices, notifications and parameters may come at any time; before the first request, also the login.
        let Some(next) = self.0.front().filter(|_| !matches!(tag, b'N' | b'A' | b'S')) else { return Ok(received) };
        if tag == b'E' {
            // The database skips the rest of the group.
            let end = self.0.iter().position(|expected| expected.reply == Reply::Ready).unwrap_or(self.0.len());
            received.failed.extend(self.0.drain(..end).filter_map(|skipped| skipped.statement));
            return Ok(received);
        }
        received.forward = next.forward;
        let is_last = match (next.reply, tag) {
            (Reply::Parsed, b'1')
            | (Reply::Bound, b'2')
            | (Reply::Closed, b'3')
            | (Reply::Described, b'T' | b'n')
            | (Reply::Executed, b'C' | b'I' | b's')
            | (Reply::Ready, b'Z') => true,
            (Reply::Described, b't') | (Reply::Executed, b'D' | b'H' | b'd' | b'c') | (Reply::Ready, _) => false,
            (Reply::Executed, b'G') => {
                self.ignore_sync();
                false
            }
            (reply, tag) => {
                let tag = char::from(tag);
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("the database sent a message of type {tag:?} instead of {reply:?}"),
                ));
            }
        };
        if is_last {
            self.0.pop_front();
        }
        Ok(received)
    }

    /// While the database receives a copy, it ignores the Sync that was sent with the Execute.
    fn ignore_sync(&mut self) {
        if let Some(index) = self.0.iter().position(|expected| expected.reply == Reply::Ready) {
            self.0.remove(index);
        }
    }
}
