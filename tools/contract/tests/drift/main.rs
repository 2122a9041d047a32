//! No change of the contract goes unnoticed: `docs/drift.md`.
//!
//! Every mutant of the contract is read as the build step reads it. A change is refused with its place, or the pins
//! report the part that changed, and `make diff` reports it, too; a change of prose is read and changes neither.
//! `make drift` also compiles a sample of the mutants.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test reports what went wrong by panicking")]

mod compile;
mod mutants;
#[path = "../scratch/mod.rs"]
mod scratch;

use immich_contract::diff::{Verdict, compare};
use immich_contract::generate::read_json;
use immich_contract::{OverlayError, Refusal, annotate, operations, pins, without_prose};
use mutants::{Family, Mutant, Sources, candidates};
use scratch::repository;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::thread::{available_parallelism, scope};

/// The contract of this repository.
struct Original {
    sources: Sources,
    effective: Value,
    accepted: Value,
    pins: BTreeMap<String, String>,
}

/// How the build step reads a mutant.
#[derive(Debug)]
enum Reading {
    /// The overlay replaces what was changed: the effective contract is the same.
    Hidden,
    /// The overlay cannot be applied.
    Misfit(OverlayError),
    /// The templates do not support it.
    Refused(Vec<Refusal>),
    /// It reaches the compiler.
    Compiled {
        /// The errors of the pins.
        errors: Vec<String>,
        /// The parts whose digest in the generated crate is not the accepted one.
        parts: BTreeSet<String>,
        /// The verdict of `make diff`.
        diff: Verdict,
    },
}

impl Original {
    fn read() -> Self {
        let sources = Sources::read(repository());
        let effective = immich_contract::effective(&sources.contract, &sources.overlay).unwrap();
        let pins = digests(&annotate(&effective).unwrap().facts);
        Self { sources, effective, accepted: read_json(&repository().join(pins::ACCEPTED)).unwrap(), pins }
    }

    fn reading(&self, mutant: &Mutant) -> Reading {
        let document =
            mutant.document(&self.sources).unwrap_or_else(|place| panic!("{}: there is no {place:?}", mutant.name));
        let effective = match mutant.effective(&document, &self.sources) {
            Ok(effective) => effective,
            Err(error) => return Reading::Misfit(error),
        };
        if !mutant.kind.is_prose() && effective == self.effective {
            return Reading::Hidden;
        }
        let facts = match annotate(&effective) {
            Ok(annotated) => digests(&annotated.facts),
            Err(refusals) => return Reading::Refused(refusals),
        };
        let names = self.pins.keys().chain(facts.keys());
        let parts = names.filter(|name| self.pins.get(*name) != facts.get(*name)).cloned().collect();
        let errors = pins::errors(&self.accepted, &without_prose(&effective));
        Reading::Compiled { errors, parts, diff: compare(&self.accepted, &effective).verdict() }
    }
}

/// The digest of every part that the generated crate states, by the part's name in errors.
fn digests(facts: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let list = |key: &str, kind: &'static str| {
        let parts = facts["pins"][key].as_array().unwrap().clone();
        parts.into_iter().map(move |part| (format!("{kind} {}", text(&part["name"])), text(&part["digest"])))
    };
    let document = ("the contract as a whole".to_owned(), text(&facts["pins"]["document"]));
    list("operations", "operation").chain(list("schemas", "schema")).chain([document]).collect()
}

/// What is wrong with the reading of a mutant.
fn fault(mutant: &Mutant, reading: &Reading) -> Option<String> {
    let is_prose = mutant.kind.is_prose();
    let is_right = match reading {
        Reading::Hidden => !is_prose,
        Reading::Misfit(_) => !is_prose,
        Reading::Refused(refusals) => {
            !is_prose && refusals.iter().all(|refusal| refusal.pointer.starts_with('/') && !refusal.advice.is_empty())
        }
        Reading::Compiled { errors, parts, diff } if is_prose => {
            errors.is_empty() && parts.is_empty() && *diff == Verdict::Same
        }
        Reading::Compiled { errors, parts, diff } => {
            let names =
                |part: &String, error: &String| error.strip_prefix(part).is_some_and(|rest| rest.starts_with(' '));
            let is_named = parts.iter().all(|part| errors.iter().any(|error| names(part, error)));
            !parts.is_empty() && errors.len() == parts.len() && is_named && *diff != Verdict::Same
        }
    };
    (!is_right).then(|| format!("{}: {reading:?}", mutant.name))
}

#[test]
fn every_change_is_refused_or_reported_and_prose_is_neither() {
    let original = Original::read();
    let mutants = candidates(&original.sources);
    let threads = available_parallelism().map_or(1, usize::from);
    let chunks = mutants.chunks(mutants.len().div_ceil(threads));
    let read = |chunk: &[Mutant]| -> Vec<(&'static str, Option<String>)> {
        let one = |mutant: &Mutant| {
            let reading = original.reading(mutant);
            let name = match &reading {
                Reading::Hidden => "hidden by the overlay",
                Reading::Misfit(_) => "refused by the overlay",
                Reading::Refused(_) => "refused",
                Reading::Compiled { .. } if mutant.kind.is_prose() => "prose",
                Reading::Compiled { .. } => "reported by the pins",
            };
            (name, fault(mutant, &reading))
        };
        chunk.iter().map(one).collect()
    };
    let results: Vec<_> = scope(|scope| {
        let threads: Vec<_> = chunks.map(|chunk| scope.spawn(move || read(chunk))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, _) in &results {
        *counts.entry(name).or_default() += 1;
    }
    println!("{} mutants: {counts:?}", results.len());
    let faults: Vec<String> = results.into_iter().filter_map(|(_, fault)| fault).collect();
    assert!(faults.is_empty(), "{} mutants:\n{}", faults.len(), faults.join("\n"));
    // A mutator that finds nothing proves nothing.
    for (name, least) in
        [("refused by the overlay", 100), ("refused", 2000), ("reported by the pins", 2000), ("prose", 500)]
    {
        assert!(counts[name] > least, "{name}: {counts:?}");
    }
}

#[test]
fn every_mutant_has_a_separate_name_and_is_another_document() {
    let sources = Sources::read(repository());
    let mut names = BTreeSet::new();
    for mutant in candidates(&sources) {
        let original = sources.get(mutant.source);
        let document = mutant.document(&sources).unwrap();
        // Objects are equal whatever the order of their keys.
        let is_other = document != *original || mutant.kind.is_prose() && document.to_string() != original.to_string();
        assert!(is_other, "{}", mutant.name);
        assert!(names.insert(mutant.name.clone()), "{}", mutant.name);
    }
}

#[test]
fn every_operation_and_every_schema_and_every_action_is_changed() {
    let sources = Sources::read(repository());
    let mutants = candidates(&sources);
    let changed: BTreeSet<(Family, &str)> =
        mutants.iter().map(|mutant| (mutant.kind.family, mutant.subject.as_str())).collect();
    for (.., operation) in operations(&sources.contract) {
        let id = operation["operationId"].as_str().unwrap();
        for family in [Family::Operation, Family::Parameter, Family::Response, Family::Security, Family::Prose] {
            assert!(changed.contains(&(family, id)), "{family} {id}");
        }
    }
    for name in sources.contract["components"]["schemas"].as_object().unwrap().keys() {
        for family in [Family::Schema, Family::Prose] {
            assert!(changed.contains(&(family, name)), "{family} {name}");
        }
    }
    let actions = sources.overlay["actions"].as_array().unwrap().len();
    let removed = mutants.iter().filter(|mutant| mutant.kind.change == "action removed").count();
    assert_eq!(removed, actions);
}

#[test]
fn a_new_operation_and_a_new_schema_have_their_own_mutants() {
    let mut sources = Sources::read(repository());
    sources.contract["paths"]["/drift"] = json!({"post": {
        "operationId": "postDrift", "tags": ["Drift"],
        "requestBody": {
            "required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/DriftDto"}}}
        },
        "responses": {"204": {"description": ""}}
    }});
    sources.contract["components"]["schemas"]["DriftDto"] =
        json!({"type": "object", "properties": {"color": {"type": "string"}}});
    let own: Vec<String> = candidates(&sources)
        .into_iter()
        .filter(|mutant| ["postDrift", "DriftDto"].contains(&&*mutant.subject))
        .map(|mutant| mutant.name)
        .collect();
    assert!(own.len() > 50, "{own:?}");
    for name in
        ["operation: removed: postDrift", "property of a request: nullability changed: DriftDto.color, to nullable"]
    {
        assert!(own.iter().any(|own| own == name), "{name} in {own:?}");
    }
}

#[test]
fn a_change_that_the_overlay_replaces_is_hidden() {
    let original = Original::read();
    let mutants = candidates(&original.sources);
    let reading = |name: &str| original.reading(mutants.iter().find(|mutant| mutant.name == name).unwrap());
    // The overlay sets the format of this property.
    let hidden = reading("property of a response: format changed: UserResponseDto.id, to password");
    assert!(matches!(hidden, Reading::Hidden), "{hidden:?}");
    let changed = reading("property of a response: removed: UserResponseDto.id");
    assert!(!matches!(changed, Reading::Hidden), "{changed:?}");
}
