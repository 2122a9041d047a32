//! An `ErrorResponse` as it is received: its fields, with the SQLSTATE in place of the column.

use super::tap::{HEADER, body_length};

const SQLSTATE: u8 = b'C';
const COLUMN: u8 = b'c';

/// The longest value that is kept: a message may quote what a client sent.
const LONGEST_VALUE: usize = 4 * 1024;

/// No further field is kept after so many bytes. A real error has up to 18 fields, most of them short.
const LONGEST: usize = 64 * 1024;

/// One error of the database. Takes a bounded amount of memory, however long the error is.
#[derive(Default)]
pub(super) struct ErrorResponse {
    header: [u8; HEADER],
    /// How many bytes of the header were received.
    received: usize,
    /// How many bytes of the body are missing.
    missing: usize,
    /// The fields that are kept, each with its type and a NUL at the end.
    fields: Vec<u8>,
    sqlstate: Vec<u8>,
    current: Option<Field>,
}

/// The field that is being received.
struct Field {
    kind: u8,
    length: usize,
    is_kept: bool,
}

impl ErrorResponse {
    /// The type byte of the message.
    pub(super) const TYPE: u8 = b'E';

    /// Takes bytes up to the end of the message, and returns how many.
    pub(super) fn take(&mut self, bytes: &[u8]) -> usize {
        let header = bytes.len().min(HEADER - self.received);
        if header > 0 {
            self.header[self.received..self.received + header].copy_from_slice(&bytes[..header]);
            self.received += header;
            if self.received == HEADER {
                self.missing = body_length(self.header);
            }
        }
        let body = self.missing.min(bytes.len() - header);
        self.missing -= body;
        for byte in &bytes[header..header + body] {
            self.take_byte(*byte);
        }
        header + body
    }

    fn take_byte(&mut self, byte: u8) {
        let Some(field) = &mut self.current else {
            // The fields end with a NUL in place of a type.
            if byte != 0 {
                let is_kept = byte != COLUMN && self.fields.len() < LONGEST;
                if is_kept {
                    self.fields.push(byte);
                }
                self.current = Some(Field { kind: byte, length: 0, is_kept });
            }
            return;
        };
        let is_end = byte == 0;
        if field.is_kept && (is_end || field.length < LONGEST_VALUE) {
            self.fields.push(byte);
            if field.kind == SQLSTATE && !is_end {
                self.sqlstate.push(byte);
            }
        }
        field.length += 1;
        if is_end {
            self.current = None;
        }
    }

    pub(super) fn is_complete(&self) -> bool {
        self.received == HEADER && self.missing == 0
    }

    /// Appends the complete message.
    pub(super) fn write_to(self, out: &mut Vec<u8>) {
        let Self { header, mut fields, sqlstate, .. } = self;
        fields.push(COLUMN);
        fields.extend_from_slice(&sqlstate);
        fields.extend_from_slice(&[0, 0]);
        let length = u32::try_from(fields.len() + 4).unwrap_or(u32::MAX);
        out.push(header[0]);
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(&fields);
    }
}
