//! Checks HEAD, unknown methods and unknown paths.

use crate::contract::Operation;
use crate::http::{Request, RequestExt as _};
use crate::response::Message;
use crate::results::Violation;
use crate::rule::Rule;
use crate::run::{Credential, Expected, Purpose, Run};
use crate::value::valid::Extent;
use percent_encoding::percent_encode_byte;

/// The status for an unknown path or method.
const NOT_FOUND: u16 = 404;
/// Methods to try. OPTIONS is missing: it depends on how a deployment answers CORS preflight requests.
const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

pub(super) async fn check(run: &mut Run<'_>, operation: &Operation) {
    if operation.is_read() {
        head(run, operation).await;
    }
    spellings(run, operation).await;
    if run.contract.conventions().errors {
        unknown_methods(run, operation).await;
    }
}

async fn head(run: &mut Run<'_>, operation: &Operation) {
    let credential = match run.credential_or_why(operation) {
        Ok(credential) => credential,
        Err(why) => return run.skip(operation, Rule::Head, &why),
    };
    let draft = match run.draft(operation, Extent::Minimal, Purpose::Succeed(None)).await {
        Ok(draft) => draft,
        Err(why) => return run.skip(operation, Rule::Head, &why),
    };
    let get = run.request(operation, &draft).with(credential.as_ref());
    let head = Request { method: "HEAD".to_owned(), ..get.clone() };
    let Some(to_get) = run.send(operation, &get, Expected::Any).await else { return };
    // Another rule has reported what is wrong with GET.
    if to_get.status >= 400 || operation.response(to_get.status).is_none() {
        return;
    }
    let Some(to_head) = run.send(operation, &head, Expected::Any).await else { return };
    // The contract does not have HEAD: without a profile a server need not know it, nor the type of what it does not send.
    let may_differ = run.profile.is_none() || !run.contract.conventions().errors;
    if may_differ && [404, 405, 501].contains(&to_head.status) {
        return run.skip(operation, Rule::Head, "the server does not support HEAD");
    }
    let type_of = |response: &crate::http::Response| response.header("content-type").map(str::to_owned);
    let violation = if to_get.status != to_head.status {
        Some(Violation::new("status", format!("{}, as to GET", to_get.status)))
    } else if type_of(&to_get) != type_of(&to_head) && !(may_differ && type_of(&to_head).is_none()) {
        let received = format!("content-type {:?}", type_of(&to_head));
        Some(Violation::new("content-type", format!("{:?}, as to GET", type_of(&to_get))).received(received))
    } else {
        match (to_get.header("content-length"), to_head.header("content-length")) {
            // RFC 9110, section 8.6. The body may change between two requests; the length of the second is the one to HEAD.
            (Some(length), Some(received)) if length != received => {
                let again = run.send_unchecked(operation, &get).await;
                let differs = again.is_some_and(|again| {
                    again.header("content-length") == Some(length) && again.body.len() == to_get.body.len()
                });
                let violation = || Violation::new("content-length", format!("{length}, as to GET"));
                differs.then(|| violation().received(format!("content-length {received}")))
            }
            _ => None,
        }
    };
    run.record(operation, Rule::Head, &head, &to_head, violation);
    head_of_unknown(run, operation, credential.as_ref()).await;
}

/// An item that does not exist is answered to HEAD as to GET.
async fn head_of_unknown(run: &mut Run<'_>, operation: &Operation, credential: Option<&Credential>) {
    if operation.collection().is_none() {
        return;
    }
    let Ok(draft) = run.draft(operation, Extent::Minimal, Purpose::Fail).await else { return };
    let get = run.request(operation, &draft).with(credential);
    let head = Request { method: "HEAD".to_owned(), ..get.clone() };
    let Some(to_get) = run.send(operation, &get, Expected::Any).await else { return };
    let Some(to_head) = run.send(operation, &head, Expected::Any).await else { return };
    let violation = (to_get.status != to_head.status)
        .then(|| Violation::new("status for an item that does not exist", format!("{}, as to GET", to_get.status)));
    run.record(operation, Rule::Head, &head, &to_head, violation);
}

/// No spelling of its path lets a request without a credential reach a secured operation.
async fn spellings(run: &mut Run<'_>, operation: &Operation) {
    if !operation.is_secured() {
        return;
    }
    let Ok(draft) = run.draft(operation, Extent::Minimal, Purpose::Fail).await else { return };
    let request = run.request(operation, &draft);
    let prefix = run.client.target.prefix.clone();
    let path = request.target.strip_prefix(&prefix).unwrap_or(&request.target).to_owned();
    let (parent, last) = path.rsplit_once('/').unwrap_or(("", &path));
    let encoded: String = last.bytes().map(percent_encode_byte).collect();
    let first = operation.path.split('/').nth(1).unwrap_or_default();
    let spellings = [
        (format!("{path}/"), "a slash at its end"),
        (format!("/{path}"), "two slashes at its start"),
        (format!("{parent}//{last}"), "two slashes within it"),
        (path.to_uppercase(), "capitals"),
        (format!("{parent}/{encoded}"), "escapes"),
        (format!("/.{path}"), "a dot"),
        (format!("/server/..{path}"), "two dots"),
        (format!("/server%2F..{path}"), "two dots and an escape"),
        (format!("{path};a=b"), "a semicolon"),
        (format!("{path}%00"), "a NUL"),
        (format!("{path}.json"), "an extension"),
        (format!("{path}?{first}=1"), "a query"),
    ];
    for (spelling, how) in spellings {
        let request = Request { target: format!("{prefix}{spelling}"), ..request.clone() };
        let Some(response) = run.send_unchecked(operation, &request).await else { continue };
        // A server may answer what it does not know with a page.
        let has_data = response.status == 204 || response.json().is_ok_and(|body| body.is_object() || body.is_array());
        let violation = (response.is_success() && has_data)
            .then(|| Violation::new(format!("a path with {how}, without a credential"), "no success"));
        run.record(operation, Rule::CredentialRequired, &request, &response, violation);
    }
}

/// Methods that the contract does not have for the operation's path; sent once for each path.
async fn unknown_methods(run: &mut Run<'_>, operation: &Operation) {
    let contract = run.contract;
    let is_first = contract.operations.iter().find(|each| each.path == operation.path).map(|each| &each.id);
    // The contract says nothing about other methods, and a server may have them.
    if is_first != Some(&operation.id) || run.profile.is_none() {
        return;
    }
    let Ok(draft) = run.draft(operation, Extent::Minimal, Purpose::Fail).await else { return };
    for method in METHODS
        .into_iter()
        .filter(|method| !contract.has(if *method == "HEAD" { "GET" } else { method }, &operation.path))
    {
        let mut request = run.request(operation, &draft);
        method.clone_into(&mut request.method);
        request.body = None;
        request.headers.clear();
        let expected =
            Expected::Rejection { rule: Rule::UnknownMethod, status: NOT_FOUND, at: method, message: Message::Text };
        run.send(operation, &request, expected).await;
    }
    // Deployments differ in whether they answer the preflight requests of browsers, but none fails.
    let request = Request { method: "OPTIONS".to_owned(), body: None, ..run.request(operation, &draft) };
    if let Some(response) = run.send_unchecked(operation, &request).await {
        let violation =
            (response.status >= 500).then(|| Violation::new(response.status.to_string(), "any status below 500"));
        run.record(operation, Rule::ServerError, &request, &response, violation);
    }
    below(run, operation).await;
}

/// A path below that of an operation, with a credential: without one the server may reject it before it looks further.
async fn below(run: &mut Run<'_>, operation: &Operation) {
    let Ok(draft) = run.draft(operation, Extent::Minimal, Purpose::Fail).await else { return };
    let path = run.request(operation, &draft).target;
    let path = path.split('?').next().unwrap_or_default();
    let request = Request::new("GET", format!("{path}/conform/nowhere")).with(run.credential(operation).as_ref());
    let expected = Expected::Rejection {
        rule: Rule::UnknownPath,
        status: NOT_FOUND,
        at: "a path below it",
        message: Message::Text,
    };
    run.send(operation, &request, expected).await;
}

/// Paths beside and below those of the contract; findings belong to the operation whose path they resemble.
pub(super) async fn unknown_paths(run: &mut Run<'_>) {
    let contract = run.contract;
    // The contract says nothing about other paths, and a server may have them.
    if run.profile.is_none() || !contract.conventions().errors {
        return;
    }
    let Some(operation) = contract.operations.iter().find(|each| each.is_read() && !each.path.contains('{')) else {
        return;
    };
    for path in ["/conform-nowhere".to_owned(), format!("{}/conform/nowhere", operation.path), String::new()] {
        let request = Request::new("GET", format!("{}{path}", run.client.target.prefix));
        let at = format!("GET {}{path}", contract.base_path);
        let expected =
            Expected::Rejection { rule: Rule::UnknownPath, status: NOT_FOUND, at: &at, message: Message::Text };
        run.send(operation, &request, expected).await;
    }
}
