//! All mutants of a contract, made from what stands in it: a new operation or schema brings its own.

mod document;
mod enums;
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

#[cfg(test)]
mod tests;

use crate::edit::{NoSuchPlace, Step};
use crate::mutant::{Edit, Family, Kind, Layout, Mutant, Source, Sources};
use immich_contract::OverlayError;
use serde_json::Value;
use std::collections::HashSet;

/// Why there are no mutants.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MutateError {
    /// The unchanged contract is not in order.
    #[error("the contract as it is: {0}")]
    Original(#[from] OverlayError),
    /// A mutator does not understand the document.
    #[error("the mutant {name:?}: {source}")]
    Step {
        /// Of the mutant.
        name: String,
        /// The place that is missing.
        source: NoSuchPlace,
    },
}

/// Every change that the mutators can think of, as they stand in the document.
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

/// Lets each mutant pass once that is one.
///
/// A change that the overlay hides (it puts its own value over what was changed) leaves the effective contract as it
/// is, and so is none. Both documents are compared word for word here, not with the project's own notion of prose:
/// that is what is being tested.
pub(crate) struct Sieve<'a> {
    sources: &'a Sources,
    original: Value,
    seen: HashSet<(Source, String)>,
}

impl<'a> Sieve<'a> {
    pub(crate) fn new(sources: &'a Sources) -> Result<Self, MutateError> {
        let original = immich_contract::effective(&sources.contract, &sources.overlay)?;
        let seen =
            [Source::Contract, Source::Overlay].map(|source| (source, Layout::Indented.write(sources.get(source))));
        Ok(Self { sources, original, seen: seen.into() })
    }

    pub(crate) fn passes(&mut self, mutant: &Mutant) -> Result<bool, MutateError> {
        let document =
            mutant.document(self.sources).map_err(|source| MutateError::Step { name: mutant.name.clone(), source })?;
        if !mutant.kind.is_prose() && self.is_hidden(mutant.source, &document) {
            return Ok(false);
        }
        Ok(self.seen.insert((mutant.source, mutant.write(&document))))
    }

    fn is_hidden(&self, source: Source, document: &Value) -> bool {
        let effective = match source {
            Source::Contract => immich_contract::effective(document, &self.sources.overlay),
            Source::Overlay => immich_contract::effective(&self.sources.contract, document),
        };
        effective.is_ok_and(|effective| effective == self.original)
    }
}

/// What is being changed: collects its mutants.
struct Subject<'a> {
    found: &'a mut Vec<Mutant>,
    source: Source,
    family: Family,
    /// The operation, the schema or whatever it is that has a name.
    name: String,
    /// Where in it: a property, a parameter, a status.
    place: String,
    /// The kind of all its mutants, whatever the mutators say.
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
        self.push(kind, variant.into(), Edit::Steps(steps.into()));
    }

    fn layout(&mut self, kind: &'static str, layout: Layout) {
        self.push(kind, format!("{layout:?}").to_lowercase(), Edit::Layout(layout));
    }

    fn push(&mut self, kind: &'static str, variant: String, edit: Edit) {
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
            variant,
            kind,
            source: self.source,
            edit,
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
