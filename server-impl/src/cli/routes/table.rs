//! The paths of the contract as regular expressions, with the methods of each.

use crate::cli::Failure;
use immich_conform::{Contract, Operation, Parameter, ParameterLocation};
use serde_json::Value;

/// The requests for one path of the contract.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Route {
    /// The methods, with `HEAD` after `GET`.
    pub(super) methods: Vec<String>,
    /// A regular expression for the whole path in any case, without anchors and without a trailing slash. It uses only
    /// what PCRE and RE2 have in common.
    pub(super) path: String,
}

/// The routes of a contract without some of its operations, in the order of their paths.
///
/// # Errors
/// The document is not a contract that is supported, an exception is none of its operations, or all are exceptions.
pub(super) fn of_contract(document: &str, except: &[String]) -> Result<Vec<Route>, Failure> {
    let contract = Contract::parse(document)?;
    if let Some(unknown) = except.iter().find(|id| !contract.operations.iter().any(|operation| operation.id == **id)) {
        let known: Vec<_> = contract.operations.iter().map(|operation| operation.id.as_str()).collect();
        return Err(
            format!("--except {unknown}: the contract has no such operation; it has {}", known.join(", ")).into()
        );
    }
    let mut routes: Vec<Route> = Vec::new();
    for operation in contract.operations.iter().filter(|operation| !except.contains(&operation.id)) {
        let path = expression(&contract.base_path, operation);
        let known = routes.iter().position(|route| route.path == path);
        let at = known.unwrap_or_else(|| {
            routes.push(Route { methods: Vec::new(), path });
            routes.len() - 1
        });
        let methods = std::iter::once(operation.method.as_str()).chain(operation.is_read().then_some("HEAD"));
        routes[at].methods.extend(methods.map(str::to_owned));
    }
    if routes.is_empty() {
        return Err("--except leaves no operation to this server".into());
    }
    routes.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(routes)
}

fn expression(base: &str, operation: &Operation) -> String {
    let segments = base.split('/').chain(operation.path.split('/')).filter(|segment| !segment.is_empty());
    let segments = segments.map(|segment| match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        Some(name) => format!("/{}", parameter(operation, name)),
        None => format!("/{}", literal(segment)),
    });
    segments.collect()
}

fn literal(segment: &str) -> String {
    let mut expression = String::new();
    for character in segment.chars() {
        if !character.is_ascii_alphanumeric() && !"-_".contains(character) {
            expression.push('\\');
        }
        expression.push(character);
    }
    expression
}

/// The pattern of a path parameter, if every proxy understands it; otherwise any segment.
fn parameter(operation: &Operation, name: &str) -> String {
    let is_it = |parameter: &&Parameter| parameter.location == ParameterLocation::Path && parameter.name == name;
    let schema = operation.parameters.iter().find(is_it).map(|parameter| &parameter.schema);
    let pattern = schema.and_then(|schema| schema.get("pattern")).and_then(Value::as_str);
    let whole = pattern.and_then(|pattern| pattern.strip_prefix('^')?.strip_suffix('$'));
    let is_portable = |text: &&str| text.chars().all(|c| c.is_ascii_alphanumeric() || "[]{}-,+*?_".contains(c));
    whole.filter(is_portable).unwrap_or("[^/]+").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use immich_api::{BASE_PATH, CONTRACT, Operation};
    use regex::Regex;

    const UUID: &str = "7d3a1c7e-4f42-4b63-9c55-6a3f4d1e9b02";

    /// How many routes a request matches.
    fn matches(routes: &[Route], method: &str, path: &str) -> usize {
        let fits = |route: &&Route| {
            let path_fits = Regex::new(&format!("^(?i:{})/?$", route.path)).unwrap().is_match(path);
            path_fits && route.methods.iter().any(|known| known == method)
        };
        routes.iter().filter(fits).count()
    }

    #[test]
    fn every_operation_of_the_contract_has_exactly_one_route() {
        let routes = of_contract(CONTRACT, &[]).unwrap();

        for operation in Operation::ALL {
            let path = format!("{BASE_PATH}{}", operation.path().replace("{id}", UUID));
            assert_eq!(matches(&routes, operation.method().as_str(), &path), 1, "{}", operation.id());
            assert_eq!(matches(&routes, "OPTIONS", &path), 0, "{}", operation.id());
        }
        assert_eq!(matches(&routes, "HEAD", "/api/users/me"), 1);
        assert_eq!(matches(&routes, "HEAD", "/api/auth/login"), 0);
    }

    #[test]
    fn a_parameter_matches_its_pattern_only() {
        let routes = of_contract(CONTRACT, &[]).unwrap();

        assert_eq!(matches(&routes, "GET", &format!("/api/users/{}", UUID.to_uppercase())), 1);
        for segment in ["profile-image", "00000000-0000-0000-0000-000000000000", "x", "a/b"] {
            assert_eq!(matches(&routes, "GET", &format!("/api/users/{segment}")), 0, "{segment}");
        }
        assert_eq!(matches(&routes, "GET", &format!("/api/users/{UUID}/profile-image")), 0);
    }

    #[test]
    fn a_parameter_without_a_portable_pattern_matches_any_segment_and_a_dot_only_itself() {
        for schema in [r#"{"type": "string"}"#, r#"{"type": "string", "pattern": "^\\d(?=x)$"}"#] {
            let routes = of_contract(&contract_with(schema), &[]).unwrap();

            let expected = Route { methods: vec!["DELETE".to_owned()], path: r"/v1\.0/a\.b/[^/]+".to_owned() };
            assert_eq!(routes, [expected]);
        }
    }

    #[test]
    fn an_exception_removes_its_method_only() {
        let routes = of_contract(CONTRACT, &["updateMyUser".to_owned(), "login".to_owned()]).unwrap();

        assert_eq!(matches(&routes, "PUT", "/api/users/me"), 0);
        assert_eq!(matches(&routes, "GET", "/api/users/me"), 1);
        assert_eq!(matches(&routes, "POST", "/api/auth/login"), 0);
        let error = of_contract(CONTRACT, &["logIn".to_owned()]).unwrap_err().to_string();
        assert!(error.starts_with("--except logIn: the contract has no such operation; it has "), "{error}");
        let all = Operation::ALL.map(|operation| operation.id().to_owned());
        assert!(of_contract(CONTRACT, &all).is_err());
    }

    fn contract_with(schema: &str) -> String {
        format!(
            r#"{{"openapi": "3.0.0", "servers": [{{"url": "/v1.0"}}], "paths": {{"/a.b/{{id}}": {{"delete": {{
                "operationId": "remove",
                "parameters": [{{"name": "id", "in": "path", "required": true, "schema": {schema}}}],
                "responses": {{"204": {{"description": ""}}}}
            }}}}}}}}"#
        )
    }
}
