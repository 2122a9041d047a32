//! A request as a `curl` command that runs as it is, with secrets in variables of the shell.

use super::Target;
use super::shell::{Part, quoted, word};
use crate::secrets::Secrets;
use http1_client::Request;
use std::fmt::Write as _;

/// A longer body is piped into `curl`: systems limit the length of an argument.
const LONGEST_ARGUMENT: usize = 8 * 1024;

/// The request as a `curl` command. A credential is in `$TOKEN` or `$API_KEY`, and a secret in the body in a variable
/// that is named after its field, such as `$PASSWORD`.
pub(crate) fn curl(request: &Request, target: &Target, secrets: &Secrets) -> String {
    let body = request.body.as_deref().filter(|body| !body.is_empty());
    let mut line = "curl -i".to_owned();
    match request.method.as_str() {
        "GET" if body.is_none() => {}
        "HEAD" => line.push_str(" --head"),
        method => {
            let _ = write!(line, " -X {}", quoted(method));
        }
    }
    let url = target.url(&request.target);
    if url.contains(['[', ']', '{', '}']) {
        line.push_str(" --globoff");
    }
    if url.contains("/.") {
        line.push_str(" --path-as-is");
    }
    for option in &target.curl {
        let _ = write!(line, " {option}");
    }
    let _ = write!(line, " {}", word(&secrets.split(&url, "API_KEY")));
    for (name, value) in &request.headers {
        let is_session = name.eq_ignore_ascii_case("authorization") || name.eq_ignore_ascii_case("cookie");
        let variable = if is_session { "TOKEN" } else { "API_KEY" };
        // A name alone would remove the header.
        let separator = if value.is_empty() { ";" } else { ": " };
        let mut parts = vec![Part::Text(format!("{name}{separator}"))];
        parts.extend(secrets.split(value, variable));
        let _ = write!(line, " -H {}", word(&parts));
    }
    let Some(body) = body else { return line };
    if !request.has_header("content-type") {
        line.push_str(" -H Content-Type:");
    }
    match std::str::from_utf8(body) {
        Ok(text) if !text.contains('\0') => {
            let body = word(&secrets.split_body(text));
            if body.len() > LONGEST_ARGUMENT {
                return format!("printf %s {body} | {line} --data-binary @-");
            }
            let _ = write!(line, " --data-raw {body}");
            line
        }
        _ => {
            let mut escaped = String::new();
            for byte in body {
                let _ = write!(escaped, "\\{byte:03o}");
            }
            format!("printf '{escaped}' | {line} --data-binary @-")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::CredentialLocation;
    use crate::http::RequestExt as _;
    use serde_json::json;

    const TOKEN: &str = "abcdefghijklmnopqrstuvwxyz";

    fn line(request: &Request) -> String {
        let mut secrets = Secrets::new(["password".to_owned(), "newPassword".to_owned()]);
        secrets.add(TOKEN);
        secrets.add_user_supplied("correct horse");
        curl(request, &Target::parse("http://localhost:1", "/api").unwrap().0, &secrets)
    }

    #[test]
    fn a_request_becomes_a_line_for_the_shell_without_its_secrets() {
        let request = Request::new("POST", "/api/x")
            .credential(&CredentialLocation::Bearer, TOKEN)
            .json(&json!({ "name": "it's $5", "newPassword": "correct horse2", "password": "correct horse" }));

        assert_eq!(
            line(&request),
            "curl -i -X POST http://localhost:1/api/x -H \"Authorization: Bearer $TOKEN\" \
             -H 'Content-Type: application/json' --data-raw \
             '{\"name\":\"it'\\''s $5\",\"newPassword\":\"'\"$NEW_PASSWORD\"'2\",\"password\":\"'\"$PASSWORD\"'\"}'"
        );
    }

    #[test]
    fn a_credential_that_is_nearly_right_is_made_from_the_right_one() {
        let of = |value: &str| line(&Request::new("GET", "/api/x").header("x-api-key", value));

        for (value, expected) in [
            ("abcdefghijklmnopqrstuvwxyz0", "-H \"x-api-key: ${API_KEY}0\""),
            ("abcdefghijklmnopqrstuvwx", "-H \"x-api-key: ${API_KEY%??}\""),
            ("cdefghijklmnopqrstuvwxyz", "-H \"x-api-key: ${API_KEY#??}\""),
            ("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "-H \"x-api-key: $(printf %s \"$API_KEY\" | tr a-zA-Z A-Za-z)\""),
            ("something-else", "-H 'x-api-key: something-else'"),
        ] {
            assert!(of(value).ends_with(expected), "{}", of(value));
        }
    }

    #[test]
    fn a_long_or_binary_body_is_piped_as_a_whole() {
        let long = line(&Request::new("GET", "/api/[x]").body("x".repeat(100_000)));
        assert!(long.starts_with("printf %s xxx") && long.len() > 100_000);
        assert!(
            long.ends_with("| curl -i -X GET --globoff 'http://localhost:1/api/[x]' -H Content-Type: --data-binary @-")
        );

        let binary = line(&Request::new("PUT", "/api/x").body(vec![0xff, 0, b'a']));
        assert!(binary.starts_with("printf '\\377\\000\\141' | curl"), "{binary}");
    }
}
