use bytes::BytesMut;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use std::time::Duration;

use super::super::Rewriter;
use super::model::{Model, Route};
use super::{message, messages};
use crate::db::session_options::{Options, Purpose};

const SYNC: &[u8] = &[b'S', 0, 0, 0, 4];

fn parse(name: &str, query: &str) -> Vec<u8> {
    message(b'P', &[name.as_bytes(), b"\0", query.as_bytes(), b"\0\0\x01\0\0\0\x17"])
}

fn bind(name: &str, parameter: u8) -> Vec<u8> {
    message(b'B', &[b"\0", name.as_bytes(), b"\0\0\0\0\x01\0\0\0\x01", &[parameter], b"\0\0"])
}

fn describe(name: &str) -> Vec<u8> {
    message(b'D', &[b"S", name.as_bytes(), b"\0"])
}

fn close(name: &str) -> Vec<u8> {
    message(b'C', &[b"S", name.as_bytes(), b"\0"])
}

fn execute() -> Vec<u8> {
    message(b'E', &[b"\0\0\0\0\0"])
}

fn query(text: &str) -> Vec<u8> {
    message(b'Q', &[text.as_bytes(), b"\0"])
}

fn startup() -> Vec<u8> {
    message(b' ', &[&[0, 3, 0, 0], b"user\0ann\0\0"])[1..].to_vec()
}

fn rewriter() -> Rewriter {
    Rewriter::new(&Options::new(Purpose::Read, Duration::from_secs(5)))
}

/// A rewriter after the login.
fn started() -> Rewriter {
    let mut rewriter = rewriter();
    let (mut sent, mut received) = (BytesMut::new(), BytesMut::new());
    rewriter.send(&startup(), &mut sent).unwrap();
    rewriter.receive(&message(b'R', &[&[0; 4]]), &mut received).unwrap();
    rewriter.receive(&message(b'Z', &[b"I"]), &mut received).unwrap();
    rewriter
}

/// What tokio-postgres may send: groups of messages. A transaction begins and ends when nothing else is in flight.
struct Client {
    random: StdRng,
    statements: Vec<String>,
    next: u32,
    in_transaction: bool,
}

impl Client {
    fn new(seed: u64) -> Self {
        Self { random: StdRng::seed_from_u64(seed), statements: Vec::new(), next: 0, in_transaction: false }
    }

    fn known(&mut self) -> Option<String> {
        let count = self.statements.len();
        (count > 0).then(|| self.statements[self.random.random_range(0..count)].clone())
    }

    fn group(&mut self) -> Vec<u8> {
        let parameter = self.random.random();
        match (self.random.random_range(0..12), self.known()) {
            (0..=2, _) | (_, None) => self.prepare(),
            (3..=6, Some(name)) => [bind(&name, parameter), execute(), SYNC.to_vec()].concat(),
            (7, Some(name)) => {
                let other = self.known().unwrap_or_default();
                [bind(&name, 1), execute(), bind(&other, 2), execute(), bind(&other, 3), execute(), SYNC.to_vec()]
                    .concat()
            }
            (8, Some(name)) => [describe(&name), SYNC.to_vec()].concat(),
            (9, Some(name)) => {
                self.statements.retain(|known| *known != name);
                [close(&name), SYNC.to_vec()].concat()
            }
            (10, _) => [parse("", "typed row"), bind("", parameter), describe(""), execute(), SYNC.to_vec()].concat(),
            (_, _) => query("select 1"),
        }
    }

    fn prepare(&mut self) -> Vec<u8> {
        let name = format!("s{}", self.next);
        self.next += 1;
        let text = ["select row", "update", "broken row", "unknown column", "copy"][self.random.random_range(0..5)];
        // What could not be prepared is not used. A copy is one long group.
        match text {
            "unknown column" => {}
            "copy" => {
                let prepare = [parse(&name, text), describe(&name), SYNC.to_vec()].concat();
                let copy = [bind(&name, 9), execute(), SYNC.to_vec()].concat();
                let data = [message(b'd', &[b"PBQ"]), message(b'c', &[]), SYNC.to_vec()].concat();
                return [prepare, copy, data].concat();
            }
            _ => self.statements.push(name.clone()),
        }
        [parse(&name, text), describe(&name), SYNC.to_vec()].concat()
    }

    /// Groups that are sent without waiting for replies.
    fn batch(&mut self) -> Vec<u8> {
        if self.random.random_range(0..4) == 0 {
            self.in_transaction = !self.in_transaction;
            return query(if self.in_transaction { "BEGIN" } else { "COMMIT" });
        }
        (0..self.random.random_range(1..6)).flat_map(|_| self.group()).collect()
    }
}

/// The replies that the client gets through the rewriter, with bytes in parts of the sizes that `size` returns.
fn through(batches: &[Vec<u8>], mut size: impl FnMut() -> usize) -> Vec<u8> {
    let (mut rewriter, mut database) = (started(), Model::new(Route::Pooled));
    let mut received = BytesMut::new();
    for batch in batches {
        let mut replies = Vec::new();
        let mut left = batch.as_slice();
        while !left.is_empty() || !replies.is_empty() {
            let (part, rest) = left.split_at(size().min(left.len()));
            left = rest;
            let mut sent = BytesMut::new();
            rewriter.send(part, &mut sent).unwrap();
            replies.extend(database.receive(&sent));
            // Some of the replies arrive while the client sends more.
            let arrived: Vec<u8> = replies.drain(..size().min(replies.len())).collect();
            rewriter.receive(&arrived, &mut received).unwrap();
        }
    }
    without_options(&received)
}

fn directly(batches: &[Vec<u8>]) -> Vec<u8> {
    let mut database = Model::new(Route::Direct);
    batches.iter().flat_map(|batch| database.receive(batch)).collect()
}

/// A transaction that begins has more replies: one for each option.
fn without_options(received: &[u8]) -> Vec<u8> {
    let (all, rest) = messages(received);
    assert_eq!(rest, b"", "incomplete");
    all.iter().filter(|kept| **kept != (b'C', &b"SET\0"[..])).flat_map(|(tag, body)| message(*tag, &[body])).collect()
}

#[test]
fn a_client_gets_the_replies_that_it_would_get_directly() {
    for seed in 0..500 {
        let mut client = Client::new(seed);
        let batches: Vec<Vec<u8>> = (0..20).map(|_| client.batch()).collect();
        let mut random = StdRng::seed_from_u64(seed);
        let largest = [1, 7, 60, 1_000][random.random_range(0..4)];
        let received = through(&batches, || random.random_range(1..=largest));
        assert!(received == directly(&batches), "seed {seed}");
    }
}

#[test]
fn messages_may_be_split_anywhere() {
    let mut client = Client::new(7);
    let batches: Vec<Vec<u8>> = (0..12).map(|_| client.batch()).collect();
    let expected = directly(&batches);
    for size in 1..=200 {
        assert!(through(&batches, || size) == expected, "parts of {size}");
    }
}

#[test]
fn the_startup_message_gets_a_time_zone_and_the_login_passes_unchanged() {
    for size in [1, 5, 100] {
        let mut rewriter = rewriter();
        let (mut sent, mut received) = (BytesMut::new(), BytesMut::new());
        let tls_request = [0, 0, 0, 8, 4, 210, 22, 47];
        rewriter.send(&tls_request, &mut sent).unwrap();
        rewriter.receive(b"N", &mut received).unwrap();
        for part in startup().chunks(size) {
            rewriter.send(part, &mut sent).unwrap();
        }
        let password = message(b'p', &[b"secret\0"]);
        rewriter.send(&password, &mut sent).unwrap();
        let login = [message(b'R', &[&[0; 4]]), message(b'S', &[b"a\0b\0"]), message(b'Z', &[b"I"])].concat();
        for part in login.chunks(size) {
            rewriter.receive(part, &mut received).unwrap();
        }
        let expected = &message(b' ', &[&[0, 3, 0, 0], b"TimeZone\0UTC\0user\0ann\0\0"])[1..];
        assert_eq!(sent, [&tls_request, expected, &password].concat());
        assert_eq!(received, [&b"N"[..], &login].concat());
    }
}

#[test]
fn a_statement_that_was_closed_or_not_prepared_is_forgotten() {
    let (mut rewriter, mut database) = (started(), Model::new(Route::Pooled));
    // More than the limit, of which none stays.
    for index in 0..10_000 {
        let name = format!("s{index}");
        let text = if index % 2 == 0 { "unknown column" } else { "select row" };
        let mut group = [parse(&name, text), describe(&name), SYNC.to_vec()].concat();
        if index % 2 == 1 {
            group.extend([close(&name), SYNC.to_vec()].concat());
        }
        let (mut sent, mut received) = (BytesMut::new(), BytesMut::new());
        rewriter.send(&group, &mut sent).unwrap();
        rewriter.receive(&database.receive(&sent), &mut received).unwrap();
    }
}

#[test]
fn a_client_that_closes_no_statement_is_disconnected() {
    let (mut rewriter, mut sent) = (started(), BytesMut::new());
    let refused = (0..10_000).find_map(|index| {
        let group = [parse(&format!("s{index}"), "select row"), SYNC.to_vec()].concat();
        rewriter.send(&group, &mut sent).err()
    });
    assert_eq!(refused.unwrap().to_string(), "too many prepared statements; closing the connection");
}

#[test]
fn a_reply_to_nothing_that_was_sent_ends_the_connection() {
    for reply in [message(b'2', &[]), message(b'D', &[b"x"]), message(b'C', &[b"SELECT 1\0"])] {
        let (mut rewriter, mut sent) = (started(), BytesMut::new());
        rewriter.send(&[parse("s1", "select row"), SYNC.to_vec()].concat(), &mut sent).unwrap();
        assert!(rewriter.receive(&reply, &mut BytesMut::new()).is_err(), "{reply:?}");
    }
    for malformed in [&[b'D', 0, 0, 0, 3][..], &[b'Z', 0, 0, 0, 4, b'I']] {
        assert!(started().receive(malformed, &mut BytesMut::new()).is_err(), "{malformed:?}");
    }
}
