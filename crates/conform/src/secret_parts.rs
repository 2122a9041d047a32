//! Texts with their secrets in variables of the shell.

use crate::http::shell::{Part, expansions, variable};
use crate::secrets::Secrets;
use serde_json::Value;

/// A secret of at least this length is also found within other text.
const UNIQUE: usize = 16;
/// Shorter beginnings of a secret may be chance.
const SIMILAR: usize = 4;

impl Secrets {
    /// A header or a URL as parts of a word of a shell: the credential in it is this variable.
    pub(crate) fn split(&self, text: &str, variable: &str) -> Vec<Part> {
        // The credential is the last word of a header and the value of a cookie or a parameter.
        let start = text.rfind([' ', '=']).map_or(0, |at| at + 1);
        let (before, value) = text.split_at(start);
        for known in self.longest_first().filter(|known| known.len() >= UNIQUE) {
            if text.contains(known) {
                return expansions(text, known, variable).unwrap_or_default();
            }
            if let Some(parts) = expansions(value, known, variable) {
                let mut all = vec![Part::Text(before.to_owned())];
                all.extend(parts);
                return all;
            }
        }
        vec![Part::Text(self.redact(text))]
    }

    /// A body as parts of a word of a shell: every secret is the variable that is named after its field.
    pub(crate) fn split_body(&self, body: &str) -> Vec<Part> {
        let mut fields = Vec::new();
        if let Ok(value) = serde_json::from_str::<Value>(body) {
            self.fields_with_secrets(&value, &mut fields);
        }
        let mut parts = Vec::new();
        let mut rest = body;
        for (name, text) in fields {
            let escaped = |text: &str| Value::from(text).to_string();
            let sent = format!("{}:{}", escaped(&name), escaped(&text));
            let Some((before, after)) = rest.split_once(&sent) else {
                // Written in another way: the whole body is shown without its secrets.
                return vec![Part::Text(self.redact_body(body.as_bytes()))];
            };
            let made = self.longest_first().find_map(|known| expansions(&text, known, &variable(&name)));
            let made = made.unwrap_or_else(|| vec![Part::Text("…".to_owned())]);
            parts.push(Part::Text(format!("{before}{}:\"", escaped(&name))));
            parts.extend(made);
            parts.push(Part::Text("\"".to_owned()));
            rest = after;
        }
        parts.push(Part::Text(self.redact(rest)));
        merged(parts)
    }

    /// Fields whose text is, contains or resembles a secret, in the order of the body.
    fn fields_with_secrets(&self, value: &Value, found: &mut Vec<(String, String)>) {
        for item in value.as_array().into_iter().flatten() {
            self.fields_with_secrets(item, found);
        }
        for (name, field) in value.as_object().into_iter().flatten() {
            match field.as_str() {
                Some(text) if self.resembles(text, self.is_name(name)) => found.push((name.clone(), text.to_owned())),
                _ => self.fields_with_secrets(field, found),
            }
        }
    }

    fn resembles(&self, text: &str, is_secret_field: bool) -> bool {
        self.longest_first().any(|known| {
            let is_unique = known.len() >= UNIQUE;
            let start: String = known.chars().take(SIMILAR).collect();
            text == known
                || (is_unique && text.contains(known))
                || (is_secret_field && (text.contains(known) || text.starts_with(&start)))
        })
    }
}

/// Texts that follow each other as one.
fn merged(parts: Vec<Part>) -> Vec<Part> {
    let mut merged: Vec<Part> = Vec::new();
    for part in parts {
        match (merged.last_mut(), part) {
            (Some(Part::Text(last)), Part::Text(text)) => last.push_str(&text),
            (_, part) => merged.push(part),
        }
    }
    merged
}
