//! A model of the database: what it replies to messages. Its rows quote what was executed, so that a reply to another
//! message is noticed.

use std::collections::HashMap;

use super::{message, messages, text};

/// How the client reaches the database.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Route {
    /// Always the same connection.
    Direct,
    /// Any connection for each transaction.
    Pooled,
}

/// What the messages of a group lead to.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Executing,
    /// Everything up to a Sync is ignored.
    Failed,
    /// A Sync is ignored.
    Copying,
}

pub(super) struct Model {
    route: Route,
    statements: HashMap<String, String>,
    portal: String,
    /// Since the last Sync.
    in_group: bool,
    state: State,
    /// Begun by `BEGIN`.
    in_transaction: bool,
    options_set: bool,
    begun: Vec<u8>,
}

impl Model {
    pub(super) fn new(route: Route) -> Self {
        Self {
            route,
            statements: HashMap::new(),
            portal: String::new(),
            in_group: false,
            state: State::Executing,
            in_transaction: false,
            options_set: false,
            begun: Vec::new(),
        }
    }

    /// The replies to these bytes.
    pub(super) fn receive(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.begun.extend_from_slice(bytes);
        let begun = std::mem::take(&mut self.begun);
        let (all, rest) = messages(&begun);
        let replies = all.into_iter().flat_map(|(tag, body)| self.reply(tag, body)).collect();
        self.begun = rest.to_vec();
        replies
    }

    fn reply(&mut self, tag: u8, body: &[u8]) -> Vec<u8> {
        match tag {
            b'S' if self.state == State::Copying => return Vec::new(),
            b'S' => {
                self.state = State::Executing;
                self.end_of_group();
                return self.ready();
            }
            b'd' => return Vec::new(),
            b'c' => {
                self.state = State::Executing;
                return message(b'C', &[b"COPY 1\0"]);
            }
            _ if self.state == State::Failed => return Vec::new(),
            b'Q' => return self.query(&text(body).0),
            _ => {}
        }
        if !std::mem::replace(&mut self.in_group, true) && self.route == Route::Pooled && !self.in_transaction {
            // Another connection: nothing that was prepared before is there.
            self.statements.clear();
        }
        match tag {
            b'P' => self.parse(body),
            b'B' => self.bind(body),
            b'D' => self.describe(body),
            b'E' => self.execute(),
            b'C' => {
                let (name, _) = text(&body[1..]);
                self.check(&name);
                self.statements.remove(&name);
                message(b'3', &[])
            }
            other => panic!("a message of type {}", char::from(other)),
        }
    }

    fn parse(&mut self, body: &[u8]) -> Vec<u8> {
        let (name, rest) = text(body);
        let (query, types) = text(rest);
        self.check(&name);
        if query.contains("unknown") {
            return self.fail("42703");
        }
        if !name.is_empty() && self.statements.contains_key(&name) {
            return self.fail("42P05");
        }
        self.statements.insert(name, format!("{query} {types:?}"));
        message(b'1', &[])
    }

    fn bind(&mut self, body: &[u8]) -> Vec<u8> {
        let (portal, rest) = text(body);
        let (name, parameters) = text(rest);
        self.check(&name);
        let Some(query) = self.statements.get(&name) else { return self.fail("26000") };
        self.portal = format!("{portal}{query} with {parameters:?}");
        message(b'2', &[])
    }

    fn describe(&mut self, body: &[u8]) -> Vec<u8> {
        let (name, _) = text(&body[1..]);
        self.check(&name);
        let Some(query) = self.statements.get(&name) else { return self.fail("26000") };
        [message(b't', &[query.as_bytes()]), message(if query.contains("row") { b'T' } else { b'n' }, &[])].concat()
    }

    fn execute(&mut self) -> Vec<u8> {
        if self.portal.starts_with("select set_config(") {
            assert!(!self.in_transaction, "the options were set when the transaction began");
            self.options_set = true;
            return [message(b'D', &[b"5s"]), message(b'C', &[b"SELECT 1\0"])].concat();
        }
        let unnamed_by_client = self.portal.contains("typed");
        if self.route == Route::Pooled && !unnamed_by_client {
            assert!(self.options_set, "executed without the options: {}", self.portal);
        }
        if self.portal.contains("broken") {
            return self.fail("22012");
        }
        if self.portal.contains("copy") {
            self.state = State::Copying;
            return message(b'G', &[]);
        }
        let notice = message(b'N', &[b"MZ notice\0\0"]);
        [notice, message(b'D', &[self.portal.as_bytes()]), message(b'C', &[b"SELECT 1\0"])].concat()
    }

    fn query(&mut self, text: &str) -> Vec<u8> {
        let mut replies = Vec::new();
        for statement in text.split(';').map(str::trim) {
            match statement {
                "BEGIN" => self.in_transaction = true,
                "COMMIT" | "ROLLBACK" => self.in_transaction = false,
                local if local.starts_with("set local ") => {
                    assert!(self.in_transaction, "{text}");
                    self.options_set = true;
                }
                _ => replies.extend(message(b'D', &[statement.as_bytes()])),
            }
            let done = statement.split(' ').next().unwrap_or_default().to_uppercase();
            replies.extend(message(b'C', &[done.as_bytes(), b"\0"]));
        }
        self.end_of_group();
        [replies, self.ready()].concat()
    }

    fn end_of_group(&mut self) {
        self.in_group = false;
        if !self.in_transaction {
            self.options_set = false;
        }
    }

    fn ready(&self) -> Vec<u8> {
        message(b'Z', &[if self.in_transaction { b"T" } else { b"I" }])
    }

    fn fail(&mut self, code: &str) -> Vec<u8> {
        self.state = State::Failed;
        message(b'E', &[b"SERROR\0C", code.as_bytes(), b"\0\0"])
    }

    fn check(&self, name: &str) {
        assert!(self.route == Route::Direct || name.is_empty(), "the statement {name} reached the pooler");
    }
}
