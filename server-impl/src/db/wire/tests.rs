use std::collections::VecDeque;
use std::io::{self, Write as _};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};

use super::Tapped;

/// A socket that receives the given parts, then the end.
struct Socket(VecDeque<Vec<u8>>);

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if let Some(mut part) = self.0.pop_front() {
            let rest = part.split_off(part.len().min(buffer.remaining()));
            buffer.put_slice(&part);
            if !rest.is_empty() {
                self.0.push_front(rest);
            }
        }
        Poll::Ready(Ok(()))
    }
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap();
    [&[kind][..], &length.to_be_bytes(), body].concat()
}

fn error(fields: &[(char, &str)]) -> Vec<u8> {
    let mut body = Vec::new();
    for (kind, value) in fields {
        write!(body, "{kind}{value}\0").unwrap();
    }
    body.push(0);
    message(b'E', &body)
}

/// Reads all that the tap returns, at most `capacity` bytes at a time.
async fn read(parts: impl IntoIterator<Item = Vec<u8>>, capacity: usize) -> Vec<u8> {
    let mut tapped = Tapped::new(Socket(parts.into_iter().collect()));
    let mut all = Vec::new();
    let mut buffer = vec![0; capacity];
    loop {
        let count = tapped.read(&mut buffer).await.unwrap();
        if count == 0 {
            return all;
        }
        all.extend_from_slice(&buffer[..count]);
    }
}

/// A conversation with errors at its beginning, in a row, and among rows that contain the type byte of an error; and
/// what the tap makes of it.
fn conversation() -> (Vec<u8>, Vec<u8>) {
    let not_null = [('S', "FEHLER"), ('V', "ERROR"), ('C', "23502"), ('M', "NULL-Wert"), ('c', "email"), ('t', "user")];
    let shutdown = [('S', "FATAL"), ('V', "FATAL"), ('C', "57P01"), ('M', "terminating"), ('H', "a hint")];
    let fixed_not_null =
        [('S', "FEHLER"), ('V', "ERROR"), ('C', "23502"), ('M', "NULL-Wert"), ('t', "user"), ('c', "23502")];
    let fixed_shutdown =
        [('S', "FATAL"), ('V', "FATAL"), ('C', "57P01"), ('M', "terminating"), ('H', "a hint"), ('c', "57P01")];
    let notice = message(b'N', b"SNOTICE\0C00000\0Mtext\0cemail\0\0");
    let rows = [message(b'D', b"EEEEE\0\0\0\x04"), message(b'2', b""), message(b'D', &[b'E'; 40])].concat();
    let ready = message(b'Z', b"E");
    (
        [&error(&not_null), &ready, &rows, &notice, &error(&not_null), &error(&shutdown), &ready, &rows]
            .map(Vec::as_slice)
            .concat(),
        [
            &error(&fixed_not_null),
            &ready,
            &rows,
            &notice,
            &error(&fixed_not_null),
            &error(&fixed_shutdown),
            &ready,
            &rows,
        ]
        .map(Vec::as_slice)
        .concat(),
    )
}

#[tokio::test]
async fn the_column_of_an_error_is_its_sqlstate_however_the_bytes_arrive() {
    let (sent, expected) = conversation();
    for capacity in [1, 2, 7, 64, 8192] {
        for size in 1..=sent.len() {
            let parts = sent.chunks(size).map(<[u8]>::to_vec);
            assert_eq!(read(parts, capacity).await, expected, "parts of {size}, buffer of {capacity}");
        }
        for at in 0..sent.len() {
            let (first, second) = sent.split_at(at);
            let parts = [first, second].into_iter().filter(|part| !part.is_empty()).map(<[u8]>::to_vec);
            assert_eq!(read(parts, capacity).await, expected, "split at {at}, buffer of {capacity}");
        }
    }
}

#[tokio::test]
async fn everything_but_errors_is_unchanged() {
    let (sent, _) = conversation();
    let without_errors = sent[sent.len() - 80..].to_vec();
    let tail = message(b'D', &without_errors);
    assert_eq!(read([tail.clone()], 16).await, tail);
    // Not a message at all: tokio-postgres reports it.
    let malformed = [&b"D\0\0\0\x01"[..], b"D\0\0\0\x08abcd"].concat();
    assert_eq!(read([malformed.clone()], 16).await, malformed);
}

#[tokio::test]
async fn an_incomplete_error_ends_with_the_connection() {
    let whole = error(&[('S', "ERROR"), ('C', "57P01"), ('M', "text")]);
    for at in 0..whole.len() {
        assert_eq!(read([message(b'1', b""), whole[..at].to_vec()], 64).await, message(b'1', b""), "cut at {at}");
    }
}

#[tokio::test]
async fn a_long_error_is_cut_and_keeps_its_sqlstate_and_constraint() {
    let long = "x".repeat(100 * 1024);
    let kept = &long[..4 * 1024];
    let sent = error(&[('S', "ERROR"), ('C', "23505"), ('M', &long), ('D', &long), ('n', "user_email_uq")]);
    let expected =
        error(&[('S', "ERROR"), ('C', "23505"), ('M', kept), ('D', kept), ('n', "user_email_uq"), ('c', "23505")]);
    let ready = message(b'Z', b"I");
    let parts = [sent, ready.clone()].concat();
    assert_eq!(read(parts.chunks(1000).map(<[u8]>::to_vec), 8192).await, [expected, ready].concat());
}

#[tokio::test]
async fn an_error_with_any_number_of_fields_takes_little_memory() {
    let value = "y".repeat(1024);
    let fields = vec![('D', value.as_str()); 10_000];
    let received = read([error(&fields)], 8192).await;
    assert!(received.len() < 70 * 1024, "{}", received.len());
    assert!(received.ends_with(b"y\0c\0\0"), "the message is complete");
}
