//! Passwords, tokens and keys, which reports must not show.

use serde_json::Value;

/// A secret of at least this length is also found within other text.
const UNIQUE: usize = 16;
/// How many characters of a secret are shown, enough to distinguish two.
const SHOWN: usize = 6;

/// All secrets that a run knows.
#[derive(Debug, Default, Clone)]
pub(crate) struct Secrets {
    /// Names of JSON properties that hold secrets.
    names: Vec<String>,
    known: Vec<String>,
    /// Supplied by the user: no character of them is shown.
    user_supplied: Vec<String>,
}

impl Secrets {
    pub(crate) fn new(names: impl IntoIterator<Item = String>) -> Self {
        Self { names: names.into_iter().collect(), known: Vec::new(), user_supplied: Vec::new() }
    }

    /// Adds a token, key or password that this run created or received from the server.
    pub(crate) fn add(&mut self, secret: &str) {
        if !secret.is_empty() && !self.known.iter().any(|known| known == secret) {
            self.known.push(secret.to_owned());
            // The longest first: one may be the beginning of another.
            self.known.sort_by_key(|known| std::cmp::Reverse(known.len()));
        }
    }

    /// Adds a secret of the user who runs this.
    pub(crate) fn add_user_supplied(&mut self, secret: &str) {
        self.add(secret);
        self.user_supplied.push(secret.to_owned());
    }

    /// The secret that a text is or contains.
    pub(crate) fn find_in<'a>(&'a self, text: &str) -> Option<&'a str> {
        let is_it =
            |known: &&String| text == known.as_str() || (known.len() >= UNIQUE && text.contains(known.as_str()));
        self.known.iter().find(is_it).map(String::as_str)
    }

    /// A header, a path or any other text, with its secrets shortened.
    pub(crate) fn redact(&self, text: &str) -> String {
        let mut hidden = text.to_owned();
        for known in self.known.iter().filter(|known| known.len() >= UNIQUE || *known == text) {
            hidden = hidden.replace(known.as_str(), &self.shortened(known));
        }
        hidden
    }

    /// A body with its secrets shortened.
    pub(crate) fn redact_body(&self, body: &[u8]) -> String {
        match serde_json::from_slice::<Value>(body) {
            Ok(mut value) => {
                self.hide(&mut value);
                value.to_string()
            }
            Err(_) => self.redact(&String::from_utf8_lossy(body)),
        }
    }

    fn hide(&self, value: &mut Value) {
        match value {
            Value::Object(fields) => {
                for (name, field) in fields {
                    match field {
                        Value::String(text) if self.names.contains(name) => *text = self.shortened(text),
                        field => self.hide(field),
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.hide(item)),
            Value::String(text) => *text = self.redact(text),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn shortened(&self, secret: &str) -> String {
        if self.user_supplied.iter().any(|supplied| supplied == secret) {
            return "…".to_owned();
        }
        match secret.char_indices().nth(SHOWN) {
            Some((end, _)) => format!("{}…", secret.get(..end).unwrap_or_default()),
            None => secret.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_secret_is_found_within_texts_and_a_short_one_only_by_itself() {
        let mut secrets = Secrets::default();
        secrets.add("0123456789abcdefghij");
        secrets.add("password");

        assert!(secrets.find_in("x0123456789abcdefghijx").is_some());
        assert!(secrets.find_in("password").is_some());
        assert!(secrets.find_in("password should not be empty").is_none());
    }

    #[test]
    fn no_character_of_a_user_supplied_password_is_shown() {
        let mut secrets = Secrets::new(["password".to_owned()]);
        secrets.add_user_supplied("correct horse");

        assert_eq!(secrets.redact_body(br#"{"password":"correct horse"}"#), r#"{"password":"…"}"#);
        assert_eq!(secrets.redact_body(br#"{"password":"another horse"}"#), r#"{"password":"anothe…"}"#);
    }
}
