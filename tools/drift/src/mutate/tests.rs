use super::*;
use immich_contract::operations;
use serde_json::json;
use std::collections::BTreeSet;
use std::path::Path;

fn sources() -> Sources {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let read = |source: Source| -> Value {
        serde_json::from_str(&std::fs::read_to_string(root.join(source.path())).unwrap()).unwrap()
    };
    Sources { contract: read(Source::Contract), overlay: read(Source::Overlay) }
}

#[test]
fn every_mutant_has_a_name_of_its_own() {
    let mut names = BTreeSet::new();
    for mutant in candidates(&sources()) {
        assert!(names.insert(mutant.name.clone()), "{}", mutant.name);
    }
}

#[test]
fn every_mutant_is_another_document_or_at_least_another_text() {
    let sources = sources();
    for mutant in candidates(&sources) {
        let original = sources.get(mutant.source);
        let document = mutant.document(&sources).unwrap();
        // Objects are equal whatever the order of their keys.
        let is_prose = mutant.kind.is_prose();
        let is_other = document != *original || (is_prose && mutant.write(&document) != format!("{original:#}"));
        assert!(is_other, "{}", mutant.name);
    }
}

#[test]
fn every_operation_and_every_schema_and_every_action_is_touched() {
    let sources = sources();
    let mutants = candidates(&sources);
    let touched: BTreeSet<(Family, &str)> =
        mutants.iter().map(|mutant| (mutant.kind.family, mutant.subject.as_str())).collect();
    for (.., operation) in operations(&sources.contract) {
        let id = operation["operationId"].as_str().unwrap();
        for family in [Family::Operation, Family::Parameter, Family::Response, Family::Security, Family::Prose] {
            assert!(touched.contains(&(family, id)), "{family} {id}");
        }
    }
    for name in sources.contract["components"]["schemas"].as_object().unwrap().keys() {
        for family in [Family::Schema, Family::Prose] {
            assert!(touched.contains(&(family, name)), "{family} {name}");
        }
    }
    let actions = sources.overlay["actions"].as_array().unwrap().len();
    let removed = mutants.iter().filter(|mutant| mutant.kind.change == "action removed").count();
    assert_eq!(removed, actions);
}

#[test]
fn a_new_operation_and_a_new_schema_bring_their_own() {
    let mut sources = sources();
    sources.contract["paths"]["/drift"] = json!({"post": {
        "operationId": "postDrift", "tags": ["Drift"],
        "requestBody": {
            "required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/DriftDto"}}}
        },
        "responses": {"204": {"description": ""}}
    }});
    sources.contract["components"]["schemas"]["DriftDto"] =
        json!({"type": "object", "properties": {"colour": {"type": "string"}}});
    let own: Vec<String> = candidates(&sources)
        .into_iter()
        .filter(|mutant| ["postDrift", "DriftDto"].contains(&&*mutant.subject))
        .map(|mutant| mutant.name)
        .collect();
    assert!(own.len() > 50, "{own:?}");
    for name in
        ["operation: removed: postDrift", "property of a request: nullability changed: DriftDto.colour, to nullable"]
    {
        assert!(own.iter().any(|own| own == name), "{name} in {own:?}");
    }
}

#[test]
fn a_change_that_the_overlay_hides_is_none_and_neither_is_one_that_was_seen() {
    let sources = sources();
    let mutants = candidates(&sources);
    let mut sieve = Sieve::new(&sources).unwrap();
    let mut passes = |name: &str| sieve.passes(mutants.iter().find(|mutant| mutant.name == name).unwrap()).unwrap();
    // The overlay says what the format of this one is, whatever the document says.
    assert!(!passes("property of a response: format changed: UserResponseDto.id, to password"));
    assert!(passes("property of a response: removed: UserResponseDto.id"));
    assert!(!passes("property of a response: removed: UserResponseDto.id"));
}

#[test]
fn what_changes_nothing_is_no_mutant() {
    let sources = sources();
    let mut sieve = Sieve::new(&sources).unwrap();
    let mut found = Vec::new();
    let mut subject = Subject::new(&mut found, Source::Contract, Family::Prose, "x");
    subject.change("same", "", [set("/openapi", sources.contract["openapi"].clone())]);
    subject.change("other", "", [set("/openapi", "9")]);
    assert!(!sieve.passes(&found[0]).unwrap());
    assert!(sieve.passes(&found[1]).unwrap());
}

#[test]
fn a_mutator_that_does_not_understand_the_document_is_an_error() {
    let sources = sources();
    let mut found = Vec::new();
    Subject::new(&mut found, Source::Contract, Family::Document, "x").change("y", "", [remove("/nope")]);
    let error = Sieve::new(&sources).unwrap().passes(&found[0]).unwrap_err();
    assert_eq!(error.to_string(), "the mutant \"document: y: x\": /nope: there is no such place");
}
