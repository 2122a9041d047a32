//! Records the parts of the contract that requests and responses touch.

use super::keywords::{self, Evaluator};
use super::{Coverage, Share};
use crate::contract::{Contract, Operation, Parameter, ParameterLocation, resolve};
use crate::http::{Request, Response};
use immich_contract::escape;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What was sent and received so far.
#[derive(Debug, Default)]
pub(crate) struct Observed {
    /// Statuses of all responses, by operation.
    statuses: BTreeMap<String, BTreeSet<u16>>,
    /// Operations with a valid request that was answered as if they did not exist.
    missing: BTreeSet<String>,
    parameters: BTreeSet<String>,
    keywords: BTreeSet<String>,
    evaluator: Evaluator,
}

impl Observed {
    /// Records an exchange; `is_valid`: the request should have succeeded.
    pub(crate) fn add(
        &mut self,
        contract: &Contract,
        operation: &Operation,
        request: &Request,
        response: &Response,
        is_valid: bool,
    ) {
        self.statuses.entry(operation.id.clone()).or_default().insert(response.status);
        if is_valid && is_absence(response.status) {
            self.missing.insert(operation.id.clone());
        }
        self.request(contract, operation, request, response);
        let documented = documented(operation, response.status);
        let schema = documented.and_then(|status| response_schema(contract, operation, &status).zip(Some(status)));
        if let (Some((schema, status)), Ok(body)) = (schema, response.json()) {
            let at = format!("{} {status} ", operation.id);
            Evaluator::met(contract.document(), schema, &body, &at, &mut self.keywords);
        }
    }

    fn request(&mut self, contract: &Contract, operation: &Operation, request: &Request, response: &Response) {
        let document = contract.document();
        let mut parts = Vec::new();
        for location in ParameterLocation::ALL {
            let schema = parameters_schema(operation, location);
            parts.push((schema, sent(document, operation, request, location), prefix(operation, name_of(location))));
        }
        let body = request.body.as_deref().and_then(|body| serde_json::from_slice(body).ok());
        if let (Some(schema), Some(body)) = (&operation.body, body) {
            parts.push((schema.clone(), body, prefix(operation, "body")));
        }
        for (schema, value, at) in &parts {
            self.evaluator.broken(document, schema, value, at, &mut self.keywords);
            if response.is_success() {
                keywords::places(document, schema, at, Some(value), &mut self.parameters);
            }
        }
    }

    /// Whether every response says that the operation does not exist, or asks for a credential.
    pub(crate) fn is_not_implemented(&self, operation: &str) -> bool {
        let ignores = |status: &u16| is_absence(*status) || matches!(status, 401 | 403);
        self.missing.contains(operation) && self.statuses.get(operation).is_some_and(|all| all.iter().all(ignores))
    }

    /// How much of these operations was exercised.
    pub(crate) fn coverage(&self, contract: &Contract, operations: &[&Operation]) -> Coverage {
        let document = contract.document();
        let [mut all, mut statuses, mut received, mut parameters, mut keywords] = [const { BTreeSet::new() }; 5];
        let mut succeeded = BTreeSet::new();
        for operation in operations {
            all.insert(operation.id.clone());
            let own = self.statuses.get(&operation.id);
            if own.is_some_and(|own| own.iter().any(|status| *status < 400)) {
                succeeded.insert(operation.id.clone());
            }
            let received_here = own.into_iter().flatten().filter_map(|status| documented(operation, *status));
            received.extend(received_here.map(|status| format!("{} {status}", operation.id)));
            for status in documented_statuses(operation) {
                statuses.insert(format!("{} {status}", operation.id));
                if let Some(schema) = response_schema(contract, operation, &status) {
                    keywords::all(document, schema, &format!("{} {status} ", operation.id), &mut keywords);
                }
            }
            for location in ParameterLocation::ALL {
                let (schema, at) = (parameters_schema(operation, location), prefix(operation, name_of(location)));
                keywords::places(document, &schema, &at, None, &mut parameters);
                keywords::all(document, &schema, &at, &mut keywords);
                parameters.remove(&at);
            }
            // Without a path parameter there is no such path.
            keywords.retain(|keyword| !(keyword.contains(" path/") && keyword.ends_with(" required")));
            if let Some(schema) = &operation.body {
                let at = prefix(operation, "body");
                keywords::places(document, schema, &at, None, &mut parameters);
                keywords::all(document, schema, &at, &mut keywords);
                parameters.remove(&at);
            }
        }
        Coverage::new(
            Share::new(all, &succeeded),
            Share::new(statuses, &received),
            Share::new(parameters, &self.parameters),
            Share::new(keywords, &self.keywords),
        )
    }
}

/// Whether a status says that there is no such operation.
fn is_absence(status: u16) -> bool {
    matches!(status, 404 | 405 | 501)
}

fn prefix(operation: &Operation, part: &str) -> String {
    format!("{} {part}", operation.id)
}

fn name_of(location: ParameterLocation) -> &'static str {
    match location {
        ParameterLocation::Path => "path",
        ParameterLocation::Query => "query",
        ParameterLocation::Header => "header",
        ParameterLocation::Cookie => "cookie",
    }
}

fn at(operation: &Operation, location: ParameterLocation) -> impl Iterator<Item = &Parameter> {
    operation.parameters.iter().filter(move |parameter| parameter.location == location)
}

fn parameters_schema(operation: &Operation, location: ParameterLocation) -> Value {
    keywords::object(at(operation, location).map(|each| (each.name.as_str(), &each.schema, each.required)))
}

/// The parameters that a request has there, as one object.
fn sent(document: &Value, operation: &Operation, request: &Request, location: ParameterLocation) -> Value {
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let found = |parameter: &Parameter| match location {
        ParameterLocation::Path => {
            // The template ends the path: what is in front of it is the base path.
            let named = format!("{{{}}}", parameter.name);
            let steps = operation.path.rsplit('/').zip(path.rsplit('/'));
            steps.into_iter().find(|(step, _)| *step == named).map(|(_, text)| decoded(text))
        }
        ParameterLocation::Query => query.split('&').find_map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name) == parameter.name).then(|| decoded(value))
        }),
        ParameterLocation::Cookie => {
            let cookies = request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("cookie"));
            let mut cookies = cookies.into_iter().flat_map(|(_, cookies)| cookies.split("; "));
            cookies.find_map(|cookie| {
                let (name, value) = cookie.split_once('=')?;
                (name == parameter.name).then(|| decoded(value))
            })
        }
        ParameterLocation::Header => {
            let own = request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(&parameter.name));
            own.map(|(_, value)| value.clone())
        }
    };
    let fields: Map<String, Value> = at(operation, location)
        .filter_map(|each| Some((each.name.clone(), keywords::of_text(document, &each.schema, &found(each)?))))
        .collect();
    Value::Object(fields)
}

fn documented_statuses(operation: &Operation) -> impl Iterator<Item = String> {
    operation.responses.keys().map(u16::to_string).chain(operation.default.iter().map(|_| "default".to_owned()))
}

/// The entry of the contract for a status.
fn documented(operation: &Operation, status: u16) -> Option<String> {
    if operation.responses.contains_key(&status) {
        return Some(status.to_string());
    }
    operation.response(status).map(|_| "default".to_owned())
}

fn response_schema<'a>(contract: &'a Contract, operation: &Operation, status: &str) -> Option<&'a Value> {
    let document = contract.document();
    let responses =
        format!("/paths/{}/{}/responses/{status}", escape(&operation.path), operation.method.to_lowercase());
    let contents = resolve(document, document.pointer(&responses)?).get("content")?.as_object()?;
    contents.values().next()?.get("schema")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::tests::real;
    use crate::http::RequestExt as _;
    use serde_json::json;

    fn response(status: u16, body: &Value) -> Response {
        let received = http1_client::Response { status, body: body.to_string().into_bytes(), ..Default::default() };
        Response { received, surplus: Vec::new() }
    }

    #[test]
    fn an_exchange_covers_its_operation_its_status_and_its_parameters() {
        let contract = real();
        let operation = contract.operation("updateApiKey").unwrap();
        let mut observed = Observed::default();
        let request = Request::new("PUT", "/api/api-keys/no-uuid").json(&json!({ "name": "x" }));

        let before = observed.coverage(&contract, &[operation]);
        observed.add(&contract, operation, &request, &response(200, &json!({ "name": "x" })), true);
        let after = observed.coverage(&contract, &[operation]);

        assert_eq!((before.operations.covered, after.operations.covered), (0, 1));
        assert!(before.percent < 1.0 && after.percent > 1.0 && after.percent < 100.0, "{after:?}");
        assert!(after.statuses.missing.iter().all(|missing| missing != "updateApiKey 200"), "{after:?}");
        assert!(after.parameters.missing.contains(&"updateApiKey body/permissions".to_owned()), "{after:?}");
        assert!(!after.parameters.missing.contains(&"updateApiKey body/name".to_owned()), "{after:?}");
        assert!(!after.keywords.missing.contains(&"updateApiKey path/id format".to_owned()), "{after:?}");
        assert!(!after.keywords.missing.contains(&"updateApiKey 200 /name type".to_owned()), "{after:?}");
        assert!(after.keywords.missing.contains(&"updateApiKey body/name type".to_owned()), "{after:?}");
    }

    #[test]
    fn an_operation_that_only_answers_404_is_not_implemented_and_one_that_once_succeeds_is() {
        let contract = real();
        let operation = contract.operation("getMyUser").unwrap();
        let request = Request::new("GET", "/api/users/me");
        let mut observed = Observed::default();

        observed.add(&contract, operation, &request, &response(401, &Value::Null), false);
        assert!(!observed.is_not_implemented("getMyUser"));
        observed.add(&contract, operation, &request, &response(404, &Value::Null), true);
        assert!(observed.is_not_implemented("getMyUser"));
        observed.add(&contract, operation, &request, &response(200, &json!({})), true);
        assert!(!observed.is_not_implemented("getMyUser"));
    }
}
