//! Methods and paths.

use crate::contract::Operation;
use crate::http::{Request, RequestExt as _};
use crate::response::Message;
use crate::results::Departure;
use crate::rule::Rule;
use crate::run::{Exam, Purpose, Wanted};
use crate::value::valid::Extent;

/// An unknown route, method included, is answered with this status.
const NOT_FOUND: u16 = 404;
/// Methods to try. OPTIONS is the deployment's own business: browsers ask with it from elsewhere.
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

pub(super) async fn check(exam: &mut Exam<'_>, operation: &Operation) {
    if operation.is_read() {
        head(exam, operation).await;
    }
    unknown_methods(exam, operation).await;
}

async fn head(exam: &mut Exam<'_>, operation: &Operation) {
    let credential = match exam.credential_or_why(operation) {
        Ok(credential) => credential,
        Err(why) => return exam.skip(operation, Rule::Head, &why),
    };
    let draft = match exam.draft(operation, Extent::Minimal, Purpose::Succeed(None)).await {
        Ok(draft) => draft,
        Err(why) => return exam.skip(operation, Rule::Head, &why),
    };
    let get = exam.request(operation, &draft).with(credential.as_ref());
    let head = Request { method: "HEAD".to_owned(), ..get.clone() };
    let Some(to_get) = exam.ask(operation, &get, Wanted::Anything).await else { return };
    // What is wrong with GET itself has been told.
    if !operation.responses.contains_key(&to_get.status) {
        return;
    }
    let Some(to_head) = exam.ask(operation, &head, Wanted::Anything).await else { return };
    let type_of = |answer: &crate::http::Response| answer.header("content-type").map(str::to_owned);
    let departure = if to_get.status != to_head.status {
        Some(Departure::new("status", format!("{}, as to GET", to_get.status)))
    } else if type_of(&to_get) != type_of(&to_head) {
        let came = format!("content-type {:?}", type_of(&to_head));
        Some(Departure::new("content-type", format!("{:?}, as to GET", type_of(&to_get))).came(came))
    } else {
        None
    };
    exam.fact(operation, Rule::Head, &head, &to_head, departure);
}

/// Methods that the contract does not have for the operation's path; asked once for each path.
async fn unknown_methods(exam: &mut Exam<'_>, operation: &Operation) {
    let contract = exam.contract;
    let is_first = contract.operations.iter().find(|each| each.path == operation.path).map(|each| &each.id);
    if is_first != Some(&operation.id) {
        return;
    }
    let Ok(draft) = exam.draft(operation, Extent::Minimal, Purpose::Fail).await else { return };
    for method in METHODS.into_iter().filter(|method| !contract.knows(method, &operation.path)) {
        let mut request = exam.request(operation, &draft);
        method.clone_into(&mut request.method);
        request.body = None;
        request.headers.clear();
        let wanted =
            Wanted::Refusal { rule: Rule::UnknownMethod, status: NOT_FOUND, at: method, message: Message::Text };
        exam.ask(operation, &request, wanted).await;
    }
}

/// Paths beside and below those of the contract, held against the operation whose path they resemble.
pub(super) async fn unknown_paths(exam: &mut Exam<'_>) {
    let contract = exam.contract;
    let Some(operation) = contract.operations.iter().find(|each| each.is_read() && !each.path.contains('{')) else {
        return;
    };
    for path in ["/conform-nowhere".to_owned(), format!("{}/conform/nowhere", operation.path), String::new()] {
        let request = Request::new("GET", format!("{}{path}", exam.client.target.prefix));
        let at = format!("GET {}{path}", contract.base_path);
        let wanted = Wanted::Refusal { rule: Rule::UnknownPath, status: NOT_FOUND, at: &at, message: Message::Text };
        exam.ask(operation, &request, wanted).await;
    }
}
