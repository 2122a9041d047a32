//! Passwords, tokens and keys, which reports must not show.

use crate::secret_forms::Forms;
use serde_json::Value;

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
    forms: Forms,
}

impl Secrets {
    pub(crate) fn new(names: impl IntoIterator<Item = String>) -> Self {
        Self { names: names.into_iter().collect(), ..Self::default() }
    }

    /// Adds a token, key or password that this run created or received from the server.
    pub(crate) fn add(&mut self, secret: &str) {
        if !secret.is_empty() && !self.known.iter().any(|known| known == secret) {
            let user_supplied = self.user_supplied.iter().any(|supplied| supplied == secret);
            self.forms.add(secret, user_supplied);
            self.known.push(secret.to_owned());
        }
    }

    /// Adds a secret of the user who runs this.
    pub(crate) fn add_user_supplied(&mut self, secret: &str) {
        self.user_supplied.push(secret.to_owned());
        self.add(secret);
    }

    /// All secrets, the longest first: one may be the beginning of another.
    pub(crate) fn longest_first(&self) -> impl Iterator<Item = &str> {
        let mut known: Vec<&str> = self.known.iter().map(String::as_str).collect();
        known.sort_by_key(|known| std::cmp::Reverse(known.len()));
        known.into_iter()
    }

    /// Whether properties of this name hold secrets.
    pub(crate) fn is_name(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }

    /// What kind of secret a text is or contains, also encoded or hashed.
    pub(crate) fn find_in(&self, text: &str) -> Option<&'static str> {
        if self.known.iter().any(|known| known == text) {
            return Some("a password, token or key");
        }
        self.forms.matches(text).first().map(|found| found.how)
    }

    /// A header, a path or any other text, with its secrets shortened.
    pub(crate) fn redact(&self, text: &str) -> String {
        if self.known.iter().any(|known| known == text) {
            return self.shortened(text);
        }
        let mut shown = String::new();
        let mut rest = text;
        while let Some(found) = self.forms.matches(rest).first() {
            // The whole word: the secret may be a part of it, and the rest of the word as secret.
            let is_boundary = |character: char| !character.is_alphanumeric() && !"-_".contains(character);
            let before = rest.get(..found.start).unwrap_or_default();
            let mut characters = before.char_indices().rev();
            let boundary = characters.find(|(_, character)| is_boundary(*character));
            let start = boundary.map_or(0, |(at, character)| at + character.len_utf8());
            let after = rest.get(found.end..).unwrap_or_default();
            let end = found.end + after.find(is_boundary).unwrap_or(after.len());
            let word = rest.get(start..end).unwrap_or_default();
            shown.push_str(rest.get(..start).unwrap_or_default());
            shown.push_str(&if found.user_supplied { "…".to_owned() } else { self.shortened(word) });
            rest = rest.get(end..).unwrap_or_default();
        }
        shown + rest
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
