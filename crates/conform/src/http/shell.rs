//! Words of a POSIX shell, with secrets in variables.

use std::fmt::Write as _;

/// A part of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    /// A text as it is.
    Text(String),
    /// What a shell expands within double quotes: `$TOKEN`.
    Expansion(String),
}

/// The parts as one word.
pub(crate) fn word(parts: &[Part]) -> String {
    let texts = || parts.iter().filter_map(|part| if let Part::Text(text) = part { Some(text) } else { None });
    if texts().count() == parts.len() {
        return quoted(&texts().map(String::as_str).collect::<String>());
    }
    if texts().all(|text| !text.contains(['"', '\\', '$', '`', '!'])) {
        let mut inside = String::new();
        for (index, part) in parts.iter().enumerate() {
            match part {
                Part::Text(text) => inside.push_str(text),
                Part::Expansion(expansion) => inside.push_str(&delimited(expansion, parts.get(index + 1))),
            }
        }
        return format!("\"{inside}\"");
    }
    let pieces = parts.iter().map(|part| match part {
        Part::Text(text) if text.is_empty() => String::new(),
        Part::Text(text) => quoted(text),
        Part::Expansion(expansion) => format!("\"{expansion}\""),
    });
    pieces.collect()
}

/// `${NAME}` if the next character would belong to the name of the variable.
fn delimited(expansion: &str, next: Option<&Part>) -> String {
    let continues =
        matches!(next, Some(Part::Text(text)) if text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'));
    match expansion.strip_prefix('$') {
        Some(name) if continues && !name.starts_with(['{', '(']) => format!("${{{name}}}"),
        _ => expansion.to_owned(),
    }
}

/// The text as one word.
pub(crate) fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%,+".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// How a shell makes a text from the variable that holds a secret; `None` if the text is unrelated to the secret.
///
/// Checks send credentials that are nearly right: longer, shorter, or in another case.
pub(crate) fn expansions(text: &str, secret: &str, variable: &str) -> Option<Vec<Part>> {
    const SHORTER: usize = 8;
    if let Some((before, after)) = text.split_once(secret) {
        let mut parts = vec![Part::Text(before.to_owned()), Part::Expansion(format!("${variable}"))];
        parts.push(Part::Text(after.to_owned()));
        parts.retain(|part| *part != Part::Text(String::new()));
        return Some(parts);
    }
    let lacking = secret.chars().count().checked_sub(text.chars().count()).filter(|lacking| *lacking <= SHORTER);
    let marks = |count: usize| "?".repeat(count);
    let swapped: String = secret.chars().map(swap_case).collect();
    let translated = |from: &str, to: &str| format!("$(printf %s \"${variable}\" | tr {from} {to})");
    let expansion = match lacking {
        Some(count @ 1..) if !text.is_empty() && secret.starts_with(text) => {
            format!("${{{variable}%{}}}", marks(count))
        }
        Some(count @ 1..) if !text.is_empty() && secret.ends_with(text) => format!("${{{variable}#{}}}", marks(count)),
        Some(0) if text == swapped => translated("a-zA-Z", "A-Za-z"),
        Some(0) if text == secret.to_ascii_uppercase() => translated("a-z", "A-Z"),
        Some(0) if text == secret.to_ascii_lowercase() => translated("A-Z", "a-z"),
        _ => return None,
    };
    Some(vec![Part::Expansion(expansion)])
}

fn swap_case(c: char) -> char {
    if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }
}

/// The variables that a command uses, each once.
pub(crate) fn variables(command: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut characters = command.chars().peekable();
    let mut is_literal = false;
    while let Some(c) = characters.next() {
        match c {
            '\\' if !is_literal => drop(characters.next()),
            '\'' => is_literal = !is_literal,
            '$' if !is_literal => {
                let mut name = String::new();
                characters.next_if_eq(&'{');
                while let Some(letter) = characters.next_if(|c| c.is_ascii_uppercase() || *c == '_') {
                    let _ = name.write_char(letter);
                }
                if !name.is_empty() && !found.contains(&name) {
                    found.push(name);
                }
            }
            _ => {}
        }
    }
    found
}

/// The name of a variable for a field: `NEW_PASSWORD` for `newPassword`.
pub(crate) fn variable(field: &str) -> String {
    let mut name = String::new();
    for c in field.chars() {
        if c.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(if c.is_ascii_alphabetic() { c.to_ascii_uppercase() } else { '_' });
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_found_where_a_shell_expands_them() {
        let command =
            r#"curl -H "a: $TOKEN" -H "b: ${API_KEY%??}" --data-raw '{"$NOT":"it'\''s"}'"$TOKEN""$NEW_PASSWORD"''"#;

        assert_eq!(variables(command), ["TOKEN", "API_KEY", "NEW_PASSWORD"]);
        assert_eq!(variable("newPassword"), "NEW_PASSWORD");
    }
}
