use super::*;
use immich_contract::operations;
use serde_json::json;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

fn sources() -> Sources {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let read = |source: Source| -> Value {
        serde_json::from_str(&std::fs::read_to_string(root.join(source.path())).unwrap()).unwrap()
    };
    Sources { contract: read(Source::Contract), overlay: read(Source::Overlay) }
}

/// Those of the repository, with the contract that they come from.
static REPOSITORY: LazyLock<(Sources, Vec<Mutant>)> = LazyLock::new(|| {
    let sources = sources();
    let mutants = mutants_of(&sources);
    (sources, mutants)
});

fn mutants_of(sources: &Sources) -> Vec<Mutant> {
    let mut sieve = Sieve::new(sources).unwrap();
    candidates(sources).into_iter().filter(|mutant| sieve.passes(mutant).unwrap()).collect()
}

#[test]
fn every_mutant_has_a_name_of_its_own() {
    let (_, mutants) = &*REPOSITORY;
    let names: BTreeSet<&str> = mutants.iter().map(|mutant| mutant.name.as_str()).collect();
    assert_eq!(names.len(), mutants.len());
}

#[test]
fn every_mutant_is_another_text_than_the_contract_and_than_every_other() {
    let (sources, mutants) = &*REPOSITORY;
    let text = |mutant: &Mutant| mutant.write(&mutant.document(sources).unwrap());
    let mut texts: BTreeSet<String> =
        [&sources.contract, &sources.overlay].into_iter().map(|document| format!("{document:#}")).collect();
    for mutant in mutants {
        assert!(texts.insert(text(mutant)), "{}", mutant.name);
    }
}

#[test]
fn every_operation_and_every_schema_and_every_action_is_touched() {
    let (sources, mutants) = &*REPOSITORY;
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
    for name in ["operation: removed: postDrift", "property of a request: made nullable: DriftDto.colour"] {
        assert!(own.iter().any(|own| own == name), "{name} in {own:?}");
    }
}

#[test]
fn a_change_that_the_overlay_hides_is_none() {
    // The overlay says what the format of this one is, whatever the document says.
    let (sources, mutants) = &*REPOSITORY;
    let hidden = "property of a response: format added: UserResponseDto.id password";
    assert!(candidates(sources).iter().any(|mutant| mutant.name == hidden));
    assert!(!mutants.iter().any(|mutant| mutant.name == hidden));
}

#[test]
fn a_mutator_that_does_not_understand_the_document_is_an_error() {
    let sources = sources();
    let mut found = Vec::new();
    Subject::new(&mut found, Source::Contract, Family::Document, "x").change("y", "", [remove("/nope")]);
    let error = Sieve::new(&sources).unwrap().passes(&found[0]).unwrap_err();
    assert_eq!(error.to_string(), "the mutant \"document: y: x\": /nope: there is no such place");
}
