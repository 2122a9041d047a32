//! No change of the contract goes unnoticed: `docs/drift.md`.
//!
//! For every mutant of the contract, the overlay cannot be applied, or the pins report exactly the parts that changed. A
//! change of prose changes no pin. Some of the mutants are read completely, as the build step reads them: prose is
//! accepted, and a change that is refused has a place and advice. `make drift` reads all of them, and compiles a sample.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test reports what went wrong by panicking")]

mod compile;
mod mutants;
#[path = "../scratch/mod.rs"]
mod scratch;

use immich_contract::diff::{Verdict, compare};
use immich_contract::generate::read_json;
use immich_contract::pins::{self, Parts, digest};
use immich_contract::{OverlayError, Refusal, annotate, operations, without_prose};
use mutants::{Family, Mutant, Sources, candidates};
use scratch::repository;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::thread::{available_parallelism, scope};

/// Of the changes, one in so many is read completely in every run of the tests: reading is slow without optimization.
const ONE_IN: usize = 10;

/// The contract of this repository.
struct Original {
    sources: Sources,
    effective: Value,
    accepted: Value,
    digests: Digests,
}

/// The digest of every part, by the part's name in errors.
type Digests = BTreeMap<String, String>;

/// The effect of a mutant.
#[derive(Debug)]
enum Effect {
    /// The file is the same: the mutator is wrong.
    None,
    /// The overlay replaces what was changed: the effective contract is the same.
    Hidden,
    /// The overlay cannot be applied.
    Misfit(OverlayError),
    /// There is another effective contract.
    Changed(Change),
}

#[derive(Debug)]
struct Change {
    /// The errors of the pins.
    errors: Vec<String>,
    /// The parts whose digests differ.
    parts: BTreeSet<String>,
    effective: Value,
    digests: Digests,
}

impl Original {
    fn read() -> Self {
        let sources = Sources::read(repository());
        let effective = immich_contract::effective(&sources.contract, &sources.overlay).unwrap();
        let accepted = read_json(&repository().join(pins::ACCEPTED)).unwrap();
        Self { sources, effective, digests: digests(&accepted), accepted }
    }

    fn effect(&self, mutant: &Mutant) -> Effect {
        let document =
            mutant.document(&self.sources).unwrap_or_else(|place| panic!("{}: there is no {place:?}", mutant.name));
        let original = self.sources.get(mutant.source);
        // The order of keys does not matter to equality.
        let text = |document: &Value| document.to_string();
        if document == *original && (!mutant.kind.is_prose() || text(&document) == text(original)) {
            return Effect::None;
        }
        let effective = match mutant.effective(document, &self.sources) {
            Ok(effective) => effective,
            Err(error) => return Effect::Misfit(error),
        };
        if !mutant.kind.is_prose() && effective == self.effective {
            return Effect::Hidden;
        }
        let stripped = without_prose(&effective);
        let digests = digests(&stripped);
        let names = self.digests.keys().chain(digests.keys());
        let parts = names.filter(|name| self.digests.get(*name) != digests.get(*name)).cloned().collect();
        Effect::Changed(Change { errors: pins::errors(&self.accepted, &stripped), parts, effective, digests })
    }

    /// Checks the effect of a mutant: `Err` says what is wrong, `Ok` what reports the mutant.
    fn check(&self, mutant: &Mutant, completely: bool) -> Result<&'static str, String> {
        let is_prose = mutant.kind.is_prose();
        let change = match self.effect(mutant) {
            Effect::None => return Err("nothing is changed".to_owned()),
            effect @ (Effect::Hidden | Effect::Misfit(_)) if is_prose => return Err(format!("{effect:?}")),
            Effect::Hidden => return Ok("hidden by the overlay"),
            Effect::Misfit(_) => return Ok("refused by the overlay"),
            Effect::Changed(change) => change,
        };
        let Change { errors, parts, .. } = &change;
        let is_named = |part: &String| {
            errors.iter().any(|error| error.strip_prefix(part).is_some_and(|rest| rest.starts_with(' ')))
        };
        if parts.is_empty() != is_prose || errors.len() != parts.len() || !parts.iter().all(is_named) {
            return Err(format!("{parts:?} changed, and the pins report {errors:?}"));
        }
        if completely || is_prose {
            return self.check_reading(&change, mutant);
        }
        Ok("reported by the pins")
    }

    /// Reads the effective contract as the build step and `make diff` do.
    fn check_reading(&self, change: &Change, mutant: &Mutant) -> Result<&'static str, String> {
        let is_prose = mutant.kind.is_prose();
        let verdict = compare(&self.accepted, &change.effective).verdict();
        let means_nothing = || {
            mutant.kind.change == "scheme renamed" || bare(&self.accepted) == bare(&without_prose(&change.effective))
        };
        if is_prose && verdict != Verdict::Same || !is_prose && verdict == Verdict::Same && !means_nothing() {
            return Err(format!("make diff reports {verdict:?}"));
        }
        match annotate(&change.effective) {
            Ok(annotated) if stated(&annotated.facts) != change.digests => {
                Err("other digests are generated".to_owned())
            }
            Ok(_) => Ok(if is_prose { "prose" } else { "accepted, and reported by the pins" }),
            Err(refusals) => {
                let is_clear = |refusal: &Refusal| refusal.pointer.starts_with('/') && !refusal.advice.is_empty();
                let is_right = !is_prose && refusals.iter().all(is_clear);
                if is_right { Ok("refused, and reported by the pins") } else { Err(format!("{refusals:?}")) }
            }
        }
    }
}

/// A document without what has no effect: extensions that nothing uses, what stands beside a reference (OpenAPI 3.0.3,
/// section "Reference Object"), permission to have further properties, the type of an object that has
/// properties, and what is listed twice in an `enum`.
fn bare(value: &Value) -> Value {
    const USED: [&str; 7] = [
        "x-checks-password",
        "x-immich-permission",
        "x-lowercase",
        "x-max-body",
        "x-open",
        "x-type-first",
        "x-validation-order",
    ];
    match value {
        Value::Object(map) if map.get("$ref").is_some_and(Value::is_string) => json!({"$ref": map["$ref"]}),
        Value::Object(map) => {
            let has_effect = |(name, value): &(&String, &Value)| {
                (!name.starts_with("x-") || USED.contains(&name.as_str()))
                    && (*name != "additionalProperties" || **value != json!(true))
                    // Without security for all operations, an operation that demands none says nothing.
                    && (*name != "security" || **value != json!([]))
                    && (*name != "type" || **value != json!("object") || !map.contains_key("properties"))
            };
            let inner = |name: &str, value: &Value| match bare(value) {
                Value::Array(mut list) if name == "enum" => {
                    let mut known = BTreeSet::new();
                    list.retain(|item| known.insert(item.to_string()));
                    Value::Array(list)
                }
                value => value,
            };
            let kept = map.iter().filter(has_effect).map(|(name, value)| (name.clone(), inner(name, value)));
            Value::Object(kept.collect())
        }
        Value::Array(list) => list.iter().map(bare).collect::<Vec<_>>().into(),
        scalar => scalar.clone(),
    }
}

fn digests(document: &Value) -> Digests {
    Parts::of(document).iter().map(|(part, value)| (part.to_string(), digest(value))).collect()
}

/// The digests that the generated crate states.
fn stated(facts: &Value) -> Digests {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let list = |key: &str, kind: &'static str| {
        let parts = facts["pins"][key].as_array().unwrap().clone();
        parts.into_iter().map(move |part| (format!("{kind} {}", text(&part["name"])), text(&part["digest"])))
    };
    let document = ("the contract as a whole".to_owned(), text(&facts["pins"]["document"]));
    list("operations", "operation").chain(list("schemas", "schema")).chain([document]).collect()
}

/// Checks every mutant, and one in so many changes completely.
fn check_all(one_in: usize) {
    let original = Original::read();
    let mutants: Vec<(usize, Mutant)> = candidates(&original.sources).into_iter().enumerate().collect();
    let check = |chunk: &[(usize, Mutant)]| -> Vec<Result<&'static str, String>> {
        let one = |(index, mutant): &(usize, Mutant)| {
            original.check(mutant, index % one_in == 0).map_err(|fault| format!("{}: {fault}", mutant.name))
        };
        chunk.iter().map(one).collect()
    };
    let threads = available_parallelism().map_or(1, usize::from);
    let results: Vec<_> = scope(|scope| {
        let chunks = mutants.chunks(mutants.len().div_ceil(threads));
        let threads: Vec<_> = chunks.map(|chunk| scope.spawn(move || check(chunk))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for name in results.iter().flatten() {
        *counts.entry(name).or_default() += 1;
    }
    println!("{} mutants: {counts:?}", results.len());
    let faults: Vec<String> = results.into_iter().filter_map(Result::err).collect();
    assert!(faults.is_empty(), "{} mutants:\n{}", faults.len(), faults.join("\n"));
    // A mutator that finds nothing proves nothing.
    assert!(counts.values().sum::<usize>() > 6000 && counts["prose"] > 1000, "{counts:?}");
    for name in ["accepted, and reported by the pins", "refused, and reported by the pins", "refused by the overlay"] {
        assert!(counts[name] > 100, "{counts:?}");
    }
}

#[test]
fn every_change_is_reported_and_prose_changes_nothing() {
    check_all(ONE_IN);
}

#[test]
#[ignore = "takes a minute without optimization: make drift"]
fn every_change_is_reported_and_prose_changes_nothing_when_all_are_read_completely() {
    check_all(1);
}

#[test]
fn every_mutant_has_a_separate_name() {
    let mut names = BTreeSet::new();
    for mutant in candidates(&Sources::read(repository())) {
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
    let effect = |name: &str| original.effect(mutants.iter().find(|mutant| mutant.name == name).unwrap());
    // The overlay sets the format of this property.
    let hidden = effect("property of a response: format changed: UserResponseDto.id, to password");
    assert!(matches!(hidden, Effect::Hidden), "{hidden:?}");
    let changed = effect("property of a response: removed: UserResponseDto.id");
    assert!(!matches!(changed, Effect::Hidden), "{changed:?}");
}
