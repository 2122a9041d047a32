//! What must not be shown: passwords, tokens and keys.

use serde_json::Value;

/// A text of at least this length is found also within other texts.
const UNLIKELY: usize = 16;
/// So much of a secret is shown, enough to tell two apart.
const SHOWN: usize = 6;

/// All secrets that this run knows of.
#[derive(Debug, Default, Clone)]
pub(crate) struct Secrets {
    /// Names of JSON properties that hold secrets.
    names: Vec<String>,
    known: Vec<String>,
    /// Given by the person who runs this: nothing of them is shown.
    given: Vec<String>,
}

impl Secrets {
    pub(crate) fn new(names: impl IntoIterator<Item = String>) -> Self {
        Self { names: names.into_iter().collect(), known: Vec::new(), given: Vec::new() }
    }

    /// Remembers a token, key or password that this run made or was given by the server.
    pub(crate) fn learn(&mut self, secret: &str) {
        if !secret.is_empty() && !self.known.iter().any(|known| known == secret) {
            self.known.push(secret.to_owned());
            // The longest first: one may be the beginning of another.
            self.known.sort_by_key(|known| std::cmp::Reverse(known.len()));
        }
    }

    /// Remembers a password of the person who runs this.
    pub(crate) fn learn_given(&mut self, secret: &str) {
        self.learn(secret);
        self.given.push(secret.to_owned());
    }

    /// The secret that a text is, or holds.
    pub(crate) fn within<'a>(&'a self, text: &str) -> Option<&'a str> {
        let is_it =
            |known: &&String| text == known.as_str() || (known.len() >= UNLIKELY && text.contains(known.as_str()));
        self.known.iter().find(is_it).map(String::as_str)
    }

    /// A header, a path or any other text, with its secrets shortened.
    pub(crate) fn hidden(&self, text: &str) -> String {
        let mut hidden = text.to_owned();
        for known in self.known.iter().filter(|known| known.len() >= UNLIKELY || *known == text) {
            hidden = hidden.replace(known.as_str(), &self.shortened(known));
        }
        hidden
    }

    /// A body with its secrets shortened.
    pub(crate) fn hidden_body(&self, body: &[u8]) -> String {
        match serde_json::from_slice::<Value>(body) {
            Ok(mut value) => {
                self.hide(&mut value);
                value.to_string()
            }
            Err(_) => self.hidden(&String::from_utf8_lossy(body)),
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
            Value::String(text) => *text = self.hidden(text),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn shortened(&self, secret: &str) -> String {
        if self.given.iter().any(|given| given == secret) {
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
        secrets.learn("0123456789abcdefghij");
        secrets.learn("password");

        assert!(secrets.within("x0123456789abcdefghijx").is_some());
        assert!(secrets.within("password").is_some());
        assert!(secrets.within("password should not be empty").is_none());
    }

    #[test]
    fn of_a_given_password_nothing_is_shown() {
        let mut secrets = Secrets::new(["password".to_owned()]);
        secrets.learn_given("correct horse");

        assert_eq!(secrets.hidden_body(br#"{"password":"correct horse"}"#), r#"{"password":"…"}"#);
        assert_eq!(secrets.hidden_body(br#"{"password":"another horse"}"#), r#"{"password":"anothe…"}"#);
    }
}
