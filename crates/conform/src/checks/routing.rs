//! Checks HEAD, unknown methods and unknown paths.

use crate::contract::Operation;
use crate::http::{Request, RequestExt as _};
use crate::response::Message;
use crate::results::Violation;
use crate::rule::Rule;
use crate::run::{Expected, Purpose, Run};
use crate::value::valid::Extent;

/// The status for an unknown path or method.
const NOT_FOUND: u16 = 404;
/// Methods to try. OPTIONS is missing: it depends on how a deployment answers CORS preflight requests.
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

pub(super) async fn check(run: &mut Run<'_>, operation: &Operation) {
    if operation.is_read() {
        head(run, operation).await;
    }
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
    // A server need not support HEAD, unless its contract has the conventions of the original.
    if !run.contract.conventions().errors && [404, 405, 501].contains(&to_head.status) {
        return run.skip(operation, Rule::Head, "the server does not support HEAD");
    }
    let type_of = |response: &crate::http::Response| response.header("content-type").map(str::to_owned);
    let violation = if to_get.status != to_head.status {
        Some(Violation::new("status", format!("{}, as to GET", to_get.status)))
    } else if type_of(&to_get) != type_of(&to_head) {
        let received = format!("content-type {:?}", type_of(&to_head));
        Some(Violation::new("content-type", format!("{:?}, as to GET", type_of(&to_get))).received(received))
    } else {
        None
    };
    run.record(operation, Rule::Head, &head, &to_head, violation);
}

/// Methods that the contract does not have for the operation's path; sent once for each path.
async fn unknown_methods(run: &mut Run<'_>, operation: &Operation) {
    let contract = run.contract;
    let is_first = contract.operations.iter().find(|each| each.path == operation.path).map(|each| &each.id);
    if is_first != Some(&operation.id) {
        return;
    }
    let Ok(draft) = run.draft(operation, Extent::Minimal, Purpose::Fail).await else { return };
    for method in METHODS.into_iter().filter(|method| !contract.has(method, &operation.path)) {
        let mut request = run.request(operation, &draft);
        method.clone_into(&mut request.method);
        request.body = None;
        request.headers.clear();
        let expected =
            Expected::Rejection { rule: Rule::UnknownMethod, status: NOT_FOUND, at: method, message: Message::Text };
        run.send(operation, &request, expected).await;
    }
}

/// Paths beside and below those of the contract; findings belong to the operation whose path they resemble.
pub(super) async fn unknown_paths(run: &mut Run<'_>) {
    let contract = run.contract;
    if !contract.conventions().errors {
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
