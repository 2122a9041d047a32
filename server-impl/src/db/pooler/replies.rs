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
pub(super) struct Replies {
    expected: VecDeque<Expected>,
    /// After an error, the database ignores all messages up to a Sync, which was not sent yet.
    ignores_group: bool,
    /// While the database receives a copy, it ignores a Sync, which was not sent yet.
    ignores_sync: bool,
}

impl Replies {
    /// A message of the client was sent.
    pub(super) fn expect(&mut self, reply: Reply) {
        self.push(Expected { reply, forward: true, statement: None });
    }

    /// A message was sent that is not the client's.
    pub(super) fn expect_hidden(&mut self, reply: Reply) {
        self.push(Expected { reply, forward: false, statement: None });
    }

    /// A Parse of the client was sent. False if the database will not prepare the statement.
    pub(super) fn expect_statement(&mut self, name: Name) -> bool {
        self.push(Expected { reply: Reply::Parsed, forward: true, statement: Some(name) })
    }

    /// A Sync of the client was sent.
    pub(super) fn expect_sync(&mut self) {
        self.ignores_group = false;
        if !std::mem::take(&mut self.ignores_sync) {
            self.expect(Reply::Ready);
        }
    }

    fn push(&mut self, expected: Expected) -> bool {
        if !self.ignores_group {
            self.expected.push_back(expected);
        }
        !self.ignores_group
    }

    /// A message of this type was received.
    ///
    /// # Errors
    /// It is not a reply to what was sent. Then no later one could be assigned.
    pub(super) fn receive(&mut self, tag: u8) -> io::Result<Received> {
        let mut received = Received { forward: true, failed: Vec::new() };
        // Notices, notifications and parameters may come at any time; before the first request, also the login.
        let Some(next) = self.expected.front().filter(|_| !matches!(tag, b'N' | b'A' | b'S')) else {
            return Ok(received);
        };
        if tag == b'E' {
            let group = self.next_ready();
            self.ignores_group = group.is_none();
            self.ignores_sync = false;
            let group = self.expected.drain(..group.unwrap_or(self.expected.len()));
            received.failed.extend(group.filter_map(|ignored| ignored.statement));
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
            self.expected.pop_front();
        }
        Ok(received)
    }

    /// While the database receives a copy, it ignores the Sync that was sent with the Execute.
    fn ignore_sync(&mut self) {
        match self.next_ready() {
            Some(index) => drop(self.expected.remove(index)),
            None => self.ignores_sync = true,
        }
    }

    fn next_ready(&self) -> Option<usize> {
        self.expected.iter().position(|expected| expected.reply == Reply::Ready)
    }
}
