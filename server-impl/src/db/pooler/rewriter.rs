//! Makes each group of messages independent of the connection to the database that it reaches.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::{Buf, BufMut, BytesMut};

use super::super::session_options::Options;
use super::replies::{Name, Replies, Reply};

/// The most prepared statements of one connection. The client closes those that it no longer uses, except where a
/// caller was dropped while it prepared one.
const MOST_STATEMENTS: usize = 4_096;

/// Version 3 of the protocol, in the first message of a connection.
const VERSION_3: u32 = 3 << 16;

/// A startup message is shorter, in Postgres too.
const LONGEST_STARTUP: usize = 10_000;

/// diesel sets it at the start of a connection. As a parameter of the startup message, the pooler applies it to this
/// client only.
const TIME_ZONE: &[u8] = b"TimeZone\0UTC\0";

/// Both directions of one connection. Bytes may be split anywhere.
pub(in crate::db) struct Rewriter {
    /// Sets the options for one transaction: Parse, Bind and Execute.
    set_options: Vec<u8>,
    /// Sets the options after the text that begins a transaction.
    set_options_after_begin: Vec<u8>,
    /// The text and the types of the parameters of each prepared statement.
    statements: HashMap<Name, Vec<u8>>,
    /// The statement that the messages since the last Sync have prepared as the unnamed one.
    unnamed: Option<Name>,
    /// Whether there were messages since the last Sync.
    in_group: bool,
    in_transaction: bool,
    replies: Replies,
    sending: Sending,
    receiving: Receiving,
    process_id: ProcessId,
}

/// The process that serves the connection, as the server or the pooler names it after the login; 0 before.
#[derive(Clone, Default)]
pub(in crate::db) struct ProcessId(Arc<AtomicU32>);

impl ProcessId {
    pub(super) fn get(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

#[derive(Default)]
struct Sending {
    /// Whether the startup message has been sent. Only messages after it have a type.
    started: bool,
    /// The beginning of a message.
    begun: BytesMut,
    /// How many bytes of the current message pass unchanged.
    unchanged: usize,
}

#[derive(Default)]
struct Receiving {
    header: Vec<u8>,
    /// How many bytes of the current message are to come, and whether the client gets them.
    left: usize,
    forward: bool,
}

impl Rewriter {
    pub(in crate::db) fn new(options: &Options) -> Self {
        let mut set_options = Vec::new();
        let select = options.as_select();
        put(&mut set_options, b'P', &[b"\0", select.as_bytes(), b"\0", &0_i16.to_be_bytes()]);
        // Both names empty; no formats, no parameters, no formats of columns.
        put(&mut set_options, b'B', &[b"\0\0", &[0; 6]]);
        // No limit on the number of rows.
        put(&mut set_options, b'E', &[b"\0", &[0; 4]]);
        Self {
            set_options,
            set_options_after_begin: options.after_begin().into_bytes(),
            statements: HashMap::new(),
            unnamed: None,
            in_group: false,
            in_transaction: false,
            replies: Replies::default(),
            sending: Sending::default(),
            receiving: Receiving::default(),
            process_id: ProcessId::default(),
        }
    }

    /// Sets no options, and notes the process that the server names.
    pub(in crate::db) fn of_probe(process_id: &ProcessId) -> Self {
        Self { process_id: process_id.clone(), ..Self::new(&Options::none()) }
    }

    /// Takes bytes of the client, and adds what to send instead to `out`.
    pub(super) fn send(&mut self, bytes: &[u8], out: &mut BytesMut) -> io::Result<()> {
        self.sending.begun.extend_from_slice(bytes);
        loop {
            let Sending { started, begun, unchanged } = &mut self.sending;
            let passing = begun.len().min(*unchanged);
            out.put(begun.split_to(passing));
            *unchanged -= passing;
            if *unchanged > 0 {
                return Ok(());
            }
            let type_length = usize::from(*started);
            if begun.len() < type_length + 4 {
                return Ok(());
            }
            let tag = if *started { begun[0] } else { 0 };
            let length = message_length(&begun[type_length..])?;
            if *started && !matches!(tag, b'P' | b'B' | b'D' | b'C' | b'Q') {
                *unchanged = type_length + length;
                self.note(tag);
                continue;
            }
            if !*started && length > LONGEST_STARTUP {
                return Err(invalid("the startup message is too long"));
            }
            if begun.len() < type_length + length {
                return Ok(());
            }
            let mut message = begun.split_to(type_length + length);
            message.advance(type_length + 4);
            match tag {
                0 => self.start(&message, out),
                b'P' => self.parse(&message, out)?,
                b'B' => self.bind(&message, out),
                b'Q' => self.query(&message, out),
                _ => self.describe_or_close(tag, &message, out),
            }
        }
    }

    /// A message that passes unchanged.
    fn note(&mut self, tag: u8) {
        match tag {
            b'E' => {
                self.in_group = true;
                self.replies.expect(Reply::Executed);
            }
            b'S' => {
                self.in_group = false;
                self.unnamed = None;
                self.replies.expect_sync();
            }
            b'F' => self.replies.expect(Reply::Ready),
            _ => {}
        }
    }

    fn start(&mut self, message: &[u8], out: &mut BytesMut) {
        let version = message.first_chunk().map(|bytes| u32::from_be_bytes(*bytes));
        let parameters: &[u8] = if version == Some(VERSION_3) {
            self.sending.started = true;
            TIME_ZONE
        } else {
            // A request for encryption, after which the startup message follows, or a cancellation.
            &[]
        };
        // The parameters begin after the version.
        let (version, rest) = message.split_at(message.len().min(4));
        let mut message = BytesMut::new();
        put(&mut message, b' ', &[version, parameters, rest]);
        out.put(&message[1..]);
    }

    fn parse(&mut self, message: &[u8], out: &mut BytesMut) -> io::Result<()> {
        self.in_group = true;
        self.unnamed = None;
        match split_name(message) {
            Some((name, statement)) if !name.is_empty() => {
                if self.statements.len() >= MOST_STATEMENTS {
                    return Err(invalid("too many prepared statements; closing the connection"));
                }
                put(out, b'P', &[b"\0", statement]);
                if self.replies.expect_statement(name.into()) {
                    self.statements.insert(name.into(), statement.to_vec());
                    self.unnamed = Some(name.into());
                }
            }
            _ => {
                put(out, b'P', &[message]);
                self.replies.expect(Reply::Parsed);
            }
        }
        Ok(())
    }

    fn bind(&mut self, message: &[u8], out: &mut BytesMut) {
        let is_first = !std::mem::replace(&mut self.in_group, true);
        let statement = split_name(message).and_then(|(portal, rest)| Some((portal, split_name(rest)?)));
        match statement {
            Some((portal, (name, rest))) if self.statements.contains_key(name) => {
                if is_first && !self.in_transaction {
                    out.put(&*self.set_options);
                    for reply in [Reply::Parsed, Reply::Bound, Reply::Executed] {
                        self.replies.expect_hidden(reply);
                    }
                }
                self.prepare(name, out);
                put(out, b'B', &[portal, b"\0\0", rest]);
            }
            _ => put(out, b'B', &[message]),
        }
        self.replies.expect(Reply::Bound);
    }

    fn describe_or_close(&mut self, tag: u8, message: &[u8], out: &mut BytesMut) {
        self.in_group = true;
        let statement = message.strip_prefix(b"S").and_then(split_name).map(|(name, _)| name);
        let known = statement.filter(|name| self.statements.contains_key(*name));
        if let Some(name) = known {
            if tag == b'D' {
                self.prepare(name, out);
            } else {
                // The unnamed statement is closed instead, for the sake of the reply.
                self.statements.remove(name);
                self.unnamed = None;
            }
            put(out, tag, &[b"S\0"]);
        } else {
            put(out, tag, &[message]);
        }
        self.replies.expect(if tag == b'D' { Reply::Described } else { Reply::Closed });
    }

    fn query(&mut self, message: &[u8], out: &mut BytesMut) {
        match message.strip_suffix(b"\0") {
            Some(text) if begins_transaction(text) => {
                put(out, b'Q', &[text, &self.set_options_after_begin, b"\0"]);
            }
            _ => put(out, b'Q', &[message]),
        }
        self.replies.expect(Reply::Ready);
    }

    /// Prepares a statement as the unnamed one, unless it is that already.
    fn prepare(&mut self, name: &[u8], out: &mut BytesMut) {
        if self.unnamed.as_deref() == Some(name) {
            return;
        }
        if let Some(statement) = self.statements.get(name) {
            put(out, b'P', &[b"\0", statement]);
            self.replies.expect_hidden(Reply::Parsed);
            self.unnamed = Some(name.into());
        }
    }

    /// Takes bytes of the database, and adds what the client is to receive to `out`.
    pub(super) fn receive(&mut self, mut bytes: &[u8], out: &mut BytesMut) -> io::Result<()> {
        if !self.sending.started {
            // The reply to a request for encryption has no type.
            out.put(bytes);
            return Ok(());
        }
        while !bytes.is_empty() {
            let Receiving { header, left, forward } = &mut self.receiving;
            if *left > 0 {
                let taken = bytes.len().min(*left);
                if *forward {
                    out.put(&bytes[..taken]);
                }
                bytes.advance(taken);
                *left -= taken;
                continue;
            }
            header.push(bytes[0]);
            bytes.advance(1);
            let wanted = match header[0] {
                // ReadyForQuery has one byte: the state of the transaction.
                b'Z' => 6,
                // BackendKeyData begins with the id of the process.
                b'K' => 9,
                _ => 5,
            };
            if header.len() < wanted {
                continue;
            }
            let header = std::mem::take(header);
            *left = message_length(&header[1..])?
                .checked_sub(header.len() - 1)
                .ok_or_else(|| invalid("the database sent a message that is too short"))?;
            match header[5..] {
                [state] => self.in_transaction = state != b'I',
                [a, b, c, d] => self.process_id.0.store(u32::from_be_bytes([a, b, c, d]), Ordering::Relaxed),
                _ => {}
            }
            let received = self.replies.receive(header[0])?;
            *forward = received.forward;
            if received.forward {
                out.put(&*header);
            }
            for name in received.failed {
                self.statements.remove(&name);
            }
        }
        Ok(())
    }
}

/// The length of a message without its type.
fn message_length(bytes: &[u8]) -> io::Result<usize> {
    let length = bytes.first_chunk().map_or(0, |length| u32::from_be_bytes(*length));
    if length < 4 {
        return Err(invalid("a message is too short"));
    }
    usize::try_from(length).map_err(io::Error::other)
}

/// A text up to its NUL, and what follows.
fn split_name(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|byte| *byte == 0)?;
    Some((&bytes[..end], &bytes[end + 1..]))
}

/// Whether a text is one statement that begins a transaction.
fn begins_transaction(text: &[u8]) -> bool {
    let first = text.split(u8::is_ascii_whitespace).find(|word| !word.is_empty()).unwrap_or_default();
    (first.eq_ignore_ascii_case(b"begin") || first.eq_ignore_ascii_case(b"start")) && !text.contains(&b';')
}

fn put(out: &mut impl BufMut, tag: u8, parts: &[&[u8]]) {
    let length: usize = 4 + parts.iter().map(|part| part.len()).sum::<usize>();
    out.put_u8(tag);
    // The client's messages have a length of 31 bits, and little is added.
    out.put_u32(u32::try_from(length).unwrap_or(u32::MAX));
    for part in parts {
        out.put_slice(part);
    }
}

fn invalid(reason: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}
