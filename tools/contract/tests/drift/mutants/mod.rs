//! All mutants of a contract: copies with one change each. They are derived from the document, so that a new operation or
//! schema has its own.

mod document;
mod edit;
mod enums;
mod mutant;
mod operations;
mod overlay;
mod parameters;
mod payloads;
mod permissions;
mod properties;
mod prose;
mod references;
mod schemas;
mod security;
mod values;

pub(crate) use mutant::{Family, Kind, Mutant, Source, Sources};

use edit::Step;
use serde_json::Value;

/// Every mutant, in the order of the document.
pub(crate) fn candidates(sources: &Sources) -> Vec<Mutant> {
    let mut found = Vec::new();
    document::mutate(&mut found);
    operations::mutate(sources, &mut found);
    parameters::mutate(sources, &mut found);
    payloads::mutate(sources, &mut found);
    security::mutate(sources, &mut found);
    permissions::mutate(sources, &mut found);
    schemas::mutate(sources, &mut found);
    enums::mutate(sources, &mut found);
    references::mutate(sources, &mut found);
    overlay::mutate(sources, &mut found);
    prose::mutate(sources, &mut found);
    found
}

/// What is changed: collects its mutants.
struct Subject<'a> {
    found: &'a mut Vec<Mutant>,
    source: Source,
    family: Family,
    /// The operation, schema or other named part.
    name: String,
    /// Where in it: a property, a parameter, a status.
    place: String,
    /// The kind of all its mutants, instead of those that the mutators give.
    kind: Option<&'static str>,
}

impl<'a> Subject<'a> {
    fn new(found: &'a mut Vec<Mutant>, source: Source, family: Family, name: impl Into<String>) -> Self {
        Self { found, source, family, name: name.into(), place: String::new(), kind: None }
    }

    /// A place in it.
    fn at(&mut self, place: &str) -> Subject<'_> {
        let place = format!("{}{place}", self.place);
        Subject {
            found: self.found,
            source: self.source,
            family: self.family,
            name: self.name.clone(),
            place,
            kind: self.kind,
        }
    }

    /// All changes of it count as of one kind.
    fn as_one_kind(&mut self, kind: &'static str) -> Subject<'_> {
        Subject { kind: Some(kind), ..self.at("") }
    }

    /// Adds a mutant: its kind within the family, and how it is done, if there are several ways.
    fn change(&mut self, kind: &'static str, variant: impl Into<String>, steps: impl Into<Vec<Step>>) {
        let (variant, steps) = (variant.into(), steps.into());
        let variant = match self.kind {
            Some(_) if variant.is_empty() => kind.to_owned(),
            Some(_) => format!("{kind}, {variant}"),
            None => variant,
        };
        let kind = Kind { family: self.family, change: self.kind.unwrap_or(kind) };
        let separator = if variant.is_empty() { "" } else { ", " };
        self.found.push(Mutant {
            name: format!("{kind}: {}{}{separator}{variant}", self.name, self.place),
            subject: self.name.clone(),
            kind,
            source: self.source,
            steps,
        });
    }
}

/// Puts a value at a place.
fn set(pointer: impl Into<String>, value: impl Into<Value>) -> Step {
    Step::Set(pointer.into(), value.into())
}

/// Takes away what is at a place.
fn remove(pointer: impl Into<String>) -> Step {
    Step::Remove(pointer.into())
}

/// Gives the key at a place another name.
fn rename(pointer: impl Into<String>, to: impl Into<String>) -> Step {
    Step::Rename(pointer.into(), to.into())
}
