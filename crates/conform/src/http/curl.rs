//! A request as a `curl` command.

use super::Target;
use crate::secrets::Secrets;
use http1_client::Request;
use std::fmt::Write as _;

/// Longer bodies are cut.
const LONGEST_BODY: usize = 1000;

/// The request as a `curl` command, with secrets shortened.
pub(crate) fn curl(request: &Request, target: &Target, secrets: &Secrets) -> String {
    let mut line = "curl -i".to_owned();
    match request.method.as_str() {
        "GET" => {}
        "HEAD" => line.push_str(" --head"),
        method => {
            let _ = write!(line, " -X {method}");
        }
    }
    let _ = write!(line, " {}", quoted(&target.url(&secrets.redact(&request.target))));
    for (name, value) in &request.headers {
        let _ = write!(line, " -H {}", quoted(&format!("{name}: {}", secrets.redact(value))));
    }
    if let Some(body) = &request.body {
        let body = secrets.redact_body(body);
        let shown: String = body.chars().take(LONGEST_BODY).collect();
        let cut = if shown.len() < body.len() { "…" } else { "" };
        let _ = write!(line, " --data-raw {}", quoted(&format!("{shown}{cut}")));
    }
    line
}

/// The text as one word of a POSIX shell.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%,+".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::CredentialLocation;
    use crate::http::RequestExt as _;
    use serde_json::json;

    #[test]
    fn a_request_becomes_a_line_for_the_shell_without_its_secrets() {
        let target = Target::parse("http://localhost:1", "/api").unwrap();
        let mut secrets = Secrets::new(["password".to_owned()]);
        secrets.add("abcdefghijklmnopqrstuvwxyz");
        let request = Request::new("POST", "/api/x")
            .credential(&CredentialLocation::Bearer, "abcdefghijklmnopqrstuvwxyz")
            .json(&json!({ "name": "it's", "password": "correct horse" }));

        let line = curl(&request, &target, &secrets);

        assert_eq!(
            line,
            "curl -i -X POST http://localhost:1/api/x -H 'Authorization: Bearer abcdef…' \
             -H 'Content-Type: application/json' --data-raw '{\"name\":\"it'\\''s\",\"password\":\"correc…\"}'"
        );
    }
}
