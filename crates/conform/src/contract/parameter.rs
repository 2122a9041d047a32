//! Parameters.

use immich_contract::resolve;
use serde_json::{Value, json};

/// A parameter.
#[derive(Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Where it is sent.
    pub location: ParameterLocation,
    /// Whether it must be sent.
    pub required: bool,
    /// Its schema.
    pub schema: Value,
}

/// Where a parameter is sent (`in`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterLocation {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// As a header.
    Header,
    /// As a cookie.
    Cookie,
}

impl ParameterLocation {
    /// All places.
    pub const ALL: [Self; 4] = [Self::Path, Self::Query, Self::Header, Self::Cookie];
}

/// Headers that OpenAPI ignores as parameters ("Parameter Object", `name`).
const IGNORED_HEADERS: [&str; 3] = ["accept", "content-type", "authorization"];

/// The parameters of an operation, with those of its path. What cannot be sent is reported in `unchecked`, and in
/// `unsendable` if the operation requires it.
pub(super) fn parameters(
    document: &Value,
    path: &str,
    item: &Value,
    operation: &Value,
    unchecked: &mut Vec<String>,
    unsendable: &mut Option<String>,
) -> Vec<Parameter> {
    let mut parameters: Vec<Parameter> = Vec::new();
    for parameter in [item, operation].into_iter().filter_map(|part| part.get("parameters")?.as_array()).flatten() {
        match read(document, parameter) {
            Ok(None) => {}
            Ok(Some(parameter)) => {
                // The operation's own replaces that of the path.
                let is_same = |known: &Parameter| known.name == parameter.name && known.location == parameter.location;
                match parameters.iter_mut().find(|known| is_same(known)) {
                    Some(known) => *known = parameter,
                    None => parameters.push(parameter),
                }
            }
            Err(Unsupported { why, required: true }) => *unsendable = Some(why),
            Err(Unsupported { why, required: false }) => unchecked.push(why),
        }
    }
    let in_path = |parameter: &Parameter| parameter.location == ParameterLocation::Path;
    parameters.retain(|parameter| !in_path(parameter) || names_in(path).any(|name| name == parameter.name));
    for name in names_in(path) {
        if !parameters.iter().any(|parameter| in_path(parameter) && parameter.name == name) {
            unchecked.push(format!("the path parameter {name} is not declared: sent as a text"));
            parameters.push(Parameter {
                name: name.to_owned(),
                location: ParameterLocation::Path,
                required: true,
                schema: json!({ "type": "string" }),
            });
        }
    }
    parameters
}

/// The names between braces.
fn names_in(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0))
}

struct Unsupported {
    why: String,
    required: bool,
}

fn read(document: &Value, parameter: &Value) -> Result<Option<Parameter>, Unsupported> {
    let parameter = resolve(document, parameter);
    let text = |key: &str| parameter.get(key).and_then(Value::as_str).unwrap_or_default();
    let flag = |key: &str| parameter.get(key).and_then(Value::as_bool);
    let (name, required) = (text("name"), flag("required").unwrap_or_default());
    let unsupported = |what: &str| Unsupported { why: format!("the parameter {name}: {what}"), required };
    if let Some(reference) = parameter.get("$ref") {
        return Err(Unsupported { why: format!("a parameter that cannot be found: {reference}"), required: true });
    }
    let location = match text("in") {
        "path" => ParameterLocation::Path,
        "query" => ParameterLocation::Query,
        "header" if IGNORED_HEADERS.contains(&name.to_ascii_lowercase().as_str()) => return Ok(None),
        "header" => ParameterLocation::Header,
        "cookie" => ParameterLocation::Cookie,
        other => return Err(unsupported(&format!("a parameter in {other:?} is not supported"))),
    };
    let Some(schema) = parameter.get("schema") else {
        return Err(unsupported("parameters with `content` are not supported"));
    };
    let style = match location {
        ParameterLocation::Path | ParameterLocation::Header => "simple",
        ParameterLocation::Query | ParameterLocation::Cookie => "form",
    };
    let declared = parameter.get("style").and_then(Value::as_str).unwrap_or(style);
    let is_list = resolve(document, schema).get("type").and_then(Value::as_str) == Some("array");
    // A list of one is written in the same way in these styles.
    let same = declared == style || (is_list && ["spaceDelimited", "pipeDelimited"].contains(&declared));
    if !same {
        return Err(unsupported(&format!("the style {declared} is not supported")));
    }
    let mut schema = schema.clone();
    // The example of the parameter is one of its schema.
    if let (Some(example), Some(fields)) = (parameter.get("example"), schema.as_object_mut())
        && !fields.contains_key("$ref")
    {
        fields.entry("example").or_insert_with(|| example.clone());
    }
    Ok(Some(Parameter { name: name.to_owned(), location, required, schema }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str, of_path: &Value, own: &Value) -> (Vec<Parameter>, Vec<String>, Option<String>) {
        let (mut unchecked, mut unsendable) = (Vec::new(), None);
        let (item, operation) = (json!({ "parameters": of_path }), json!({ "parameters": own }));
        let found = parameters(&json!({}), path, &item, &operation, &mut unchecked, &mut unsendable);
        (found, unchecked, unsendable)
    }

    #[test]
    fn parameters_of_the_path_are_replaced_by_those_of_the_operation() {
        let parameter =
            |kind: &str| json!([{ "name": "id", "in": "path", "required": true, "schema": { "type": kind } }]);

        let (found, unchecked, _) = of("/a/{id}", &parameter("string"), &parameter("integer"));

        assert_eq!((found.len(), found[0].schema["type"].as_str(), unchecked.len()), (1, Some("integer"), 0));
    }

    #[test]
    fn a_parameter_of_the_path_that_is_not_declared_is_a_text() {
        let (found, unchecked, _) = of("/a/{id}:run", &json!([]), &json!([]));

        assert_eq!((found[0].name.as_str(), unchecked.len()), ("id", 1));
    }

    #[test]
    fn what_cannot_be_sent_is_left_out_or_prevents_the_request() {
        let deep = |required: bool| json!([{ "name": "q", "in": "query", "style": "deepObject", "required": required, "schema": {} }]);

        let (found, unchecked, unsendable) = of("/a", &json!([]), &deep(false));
        assert_eq!((found.len(), unchecked.len(), unsendable), (0, 1, None));
        assert!(of("/a", &json!([]), &deep(true)).2.unwrap().contains("deepObject"));
    }

    #[test]
    fn headers_that_have_their_own_keywords_are_ignored() {
        let accept = json!([{ "name": "Accept", "in": "header", "schema": { "type": "string" } }]);
        assert!(of("/a", &json!([]), &accept).0.is_empty());
    }
}
