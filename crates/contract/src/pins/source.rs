//! The pins as Rust: what the implementation's build script writes and the implementation includes.

use super::parts::{Part, Parts};
use super::uses::uses;
use super::{RELAXED, digest};
use crate::diff::differences;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// More differences of one part are only counted.
const LONGEST_LIST: usize = 8;
/// More operations that use a schema are only counted.
const MOST_USERS: usize = 5;
const HEADER: &str = "// Written by build.rs. `make diff` shows what changed, `make accept` accepts it.\n";
const ADVICE: &str = "see `make diff`, accept with `make accept`";

/// Constants that compare each part of the contract with the accepted one. Both documents are without prose.
///
/// The including file provides the lists of the generated crate, and constant functions: `find(list, name)`,
/// `pinned(stated, digest, message)`, which fails unless the generated crate states this digest, and
/// `counted(operations, schemas, message)`, which fails if it has another number of them.
#[must_use]
pub fn source(accepted: &Value, current: &Value) -> String {
    let comparison = Comparison::of(accepted, current);
    let mut text = HEADER.to_owned();
    for part in comparison.parts() {
        match (comparison.error(part), comparison.old.get(part)) {
            (Some(message), _) => changed(&mut text, &message),
            (None, Some(accepted)) => pinned(&mut text, part, &digest(accepted)),
            (None, None) => {}
        }
    }
    if comparison.old == comparison.new {
        counted(&mut text, &comparison.old);
    }
    text
}

/// The errors that the compiler reports for [`source`]: one for each part that is not as it was accepted, which starts
/// with the part's name.
#[must_use]
pub fn errors(accepted: &Value, current: &Value) -> Vec<String> {
    let comparison = Comparison::of(accepted, current);
    comparison.parts().into_iter().filter_map(|part| comparison.error(part)).collect()
}

/// The code that `make accept` compiles instead of [`source`], to see whether the implementation fits the current
/// contract: it passes `cargo check`, but cannot be built.
#[must_use]
pub fn relaxed_source(current: &Value) -> String {
    let message = format!("the pins of the contract were not checked ({RELAXED}=1): unset {RELAXED} and build again");
    let mut text = source(current, current);
    let _ = write!(
        text,
        "\n/// Fails as soon as code is generated for it.\npub fn unchecked() {{\n    const {{ panic!({message:?}) }}\n}}\n"
    );
    text
}

/// The accepted and the current contract, in parts.
struct Comparison<'a> {
    accepted: &'a Value,
    current: &'a Value,
    old: Parts<'a>,
    new: Parts<'a>,
}

impl<'a> Comparison<'a> {
    fn of(accepted: &'a Value, current: &'a Value) -> Self {
        Self { accepted, current, old: Parts::of(accepted), new: Parts::of(current) }
    }

    fn parts(&self) -> BTreeSet<Part<'_>> {
        self.old.iter().chain(self.new.iter()).map(|(part, _)| part).collect()
    }

    /// The message for a part that is not as it was accepted.
    fn error(&self, part: Part<'_>) -> Option<String> {
        let (old, new) = (self.old.get(part), self.new.get(part));
        if old == new {
            return None;
        }
        let users = if let Part::Schema(name) = part { self.users(name) } else { String::new() };
        let what = match (old, new) {
            (Some(old), Some(new)) => format!(" changed{}", listed(&differences(part, old, new))),
            (None, added) => format!("{} was added; {ADVICE}", address(added)),
            (removed, None) => format!("{} was removed; {ADVICE}", address(removed)),
        };
        Some(format!("{part}{users}{what}"))
    }

    fn users(&self, schema: &str) -> String {
        of_users(schema, &uses(self.accepted), &uses(self.current))
    }
}

fn pinned(text: &mut String, part: Part<'_>, digest: &str) {
    let stated = match part {
        Part::Document => "Some(DOCUMENT)".to_owned(),
        Part::Operation(id) => format!("find(&OPERATIONS, {id:?})"),
        Part::Schema(name) => format!("find(&SCHEMAS, {name:?})"),
    };
    let message =
        format!("{part}: immich-api was not generated from the accepted contract; build again, then {ADVICE}");
    let _ = write!(text, "\nconst _: () = pinned(\n    {stated},\n    {digest:?},\n    {message:?},\n);\n");
}

fn changed(text: &mut String, message: &str) {
    let _ = write!(text, "\nconst _: () = panic!(\n    \"{{}}\",\n    {message:?},\n);\n");
}

/// Method and path of an operation.
fn address(part: Option<&Value>) -> String {
    let text = |key| part.and_then(|part| part.get(key)).and_then(Value::as_str);
    match (text("method"), text("path")) {
        (Some(method), Some(path)) => format!(" ({method} {path})"),
        _ => String::new(),
    }
}

/// Fails if something was generated that was not accepted. Only useful where no part has an error.
fn counted(text: &mut String, accepted: &Parts<'_>) {
    let _ = write!(
        text,
        "\nconst _: () = counted({}, {}, \"immich-api has operations or schemas that were not accepted; build again, then {ADVICE}\");\n",
        accepted.operations.len(),
        accepted.schemas.len(),
    );
}

/// One difference on the same line, several on a line each.
fn listed(differences: &[String]) -> String {
    if let [only] = differences {
        return format!(": {only}; {ADVICE}");
    }
    let mut lines: Vec<String> = differences.iter().take(LONGEST_LIST).map(|line| format!("\n  {line}")).collect();
    if differences.len() > LONGEST_LIST {
        lines.push(format!("\n  and {} more", differences.len() - LONGEST_LIST));
    }
    format!(":{}\n{ADVICE}", lines.concat())
}

fn of_users(name: &str, old: &BTreeMap<String, Vec<String>>, new: &BTreeMap<String, Vec<String>>) -> String {
    let mut users: Vec<&String> = Vec::new();
    for user in [old, new].into_iter().filter_map(|uses| uses.get(name)).flatten() {
        if !users.contains(&user) {
            users.push(user);
        }
    }
    let shown = users.iter().take(MOST_USERS).map(|user| user.as_str()).collect::<Vec<_>>().join(", ");
    match users.len() {
        0 => " (used by no operation)".to_owned(),
        count if count > MOST_USERS => format!(" (used by {shown} and {} more)", count - MOST_USERS),
        _ => format!(" (used by {shown})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn contract() -> Value {
        json!({
            "info": {"version": "1"},
            "paths": {"/users/{id}": {"get": {
                "operationId": "getUser",
                "parameters": [{"name": "id", "in": "path", "schema": {"type": "string", "format": "uuid"}}],
                "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/User"}}}}},
            }}},
            "components": {"schemas": {"User": {"properties": {"email": {"type": "string"}}}}},
        })
    }

    fn messages(accepted: &Value, current: &Value) -> Vec<String> {
        let text = source(accepted, current);
        let lines: Vec<&str> = text.lines().collect();
        let after = |line: usize| lines[line + 2].trim().trim_end_matches(',').to_owned();
        (0..lines.len())
            .filter(|line| lines[*line].starts_with("const _: () = panic!("))
            .map(|line| serde_json::from_str(&after(line)).unwrap())
            .collect()
    }

    #[test]
    fn given_the_accepted_contract_then_every_part_is_pinned_and_none_changed() {
        let text = source(&contract(), &contract());
        assert_eq!(text.matches("pinned(").count(), 3, "{text}");
        assert!(text.contains("Some(DOCUMENT)") && text.contains("find(&OPERATIONS, \"getUser\")"), "{text}");
        assert!(text.contains("counted(1, 1, "), "{text}");
        assert_eq!(messages(&contract(), &contract()), [""; 0]);
    }

    #[test]
    fn given_one_difference_then_the_message_is_one_line() {
        let mut current = contract();
        current["paths"]["/users/{id}"]["get"]["parameters"][0]["schema"].as_object_mut().unwrap().remove("format");
        assert_eq!(
            messages(&contract(), &current),
            [
                "operation getUser changed: path parameter `id`: format changed from `uuid` to none; see `make diff`, accept \
                 with `make accept`"
            ]
        );
    }

    #[test]
    fn given_a_schema_then_the_message_names_the_operations_that_use_it() {
        let mut current = contract();
        current["components"]["schemas"]["User"]["properties"]["email"] =
            json!({"type": "string", "maxLength": 9, "format": "email"});
        assert_eq!(
            messages(&contract(), &current),
            ["schema User (used by getUser) changed:\n  property `email`: format changed from none to `email`\n  \
              property `email`: maxLength 9 added\nsee `make diff`, accept with `make accept`"]
        );
    }

    #[test]
    fn given_parts_that_are_added_and_removed_then_each_is_named() {
        let mut current = contract();
        current["paths"]["/users/{id}"]["get"]["operationId"] = json!("findUser");
        current["components"]["schemas"]["Unused"] = json!({});
        current["info"]["version"] = json!("2");
        assert_eq!(
            messages(&contract(), &current),
            [
                "the contract as a whole changed: version changed from `1` to `2`; see `make diff`, accept with `make accept`",
                "operation findUser (GET /users/{id}) was added; see `make diff`, accept with `make accept`",
                "operation getUser (GET /users/{id}) was removed; see `make diff`, accept with `make accept`",
                "schema Unused (used by no operation) was added; see `make diff`, accept with `make accept`",
            ]
        );
    }

    #[test]
    fn given_many_differences_then_the_rest_is_counted() {
        let properties =
            |count: usize| json!({"User": {"required": (0..count).map(|n| n.to_string()).collect::<Vec<_>>()}});
        let mut current = contract();
        current["components"]["schemas"] = properties(12);
        let mut accepted = contract();
        accepted["components"]["schemas"] = properties(0);
        let message = messages(&accepted, &current).concat();
        assert!(message.contains("\n  and 4 more\n"), "{message}");
    }

    #[test]
    fn what_make_accept_compiles_cannot_be_built() {
        let text = relaxed_source(&contract());
        assert!(text.contains("const { panic!(") && text.contains("IMMICH_ACCEPT=1"), "{text}");
    }
}
