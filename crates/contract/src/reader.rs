//! Reads the contract, and collects the refusals.

use crate::document::{escape, resolve};
use crate::names;
use crate::refusal::Refusal;
use serde_json::{Map, Value};

/// The contract, and what in it is not supported.
pub(crate) struct Reader<'d> {
    document: &'d Value,
    refusals: Vec<Refusal>,
}

/// A schema under `components/schemas`.
#[derive(Clone, Copy)]
pub(crate) struct Component<'d> {
    pub(crate) name: &'d str,
    pub(crate) schema: &'d Value,
}

impl<'d> Reader<'d> {
    pub(crate) fn new(document: &'d Value) -> Self {
        Self { document, refusals: Vec::new() }
    }

    pub(crate) fn document(&self) -> &'d Value {
        self.document
    }

    /// The target of a reference; the value itself if it is not one.
    pub(crate) fn resolve(&self, value: &'d Value) -> &'d Value {
        resolve(self.document, value)
    }

    /// Refuses what was found at a place. Asking twice about one place refuses it once.
    pub(crate) fn refuse(&mut self, pointer: impl Into<String>, found: impl Into<String>, advice: impl Into<String>) {
        let refusal = Refusal::new(pointer, found, advice);
        if !self.refusals.contains(&refusal) {
            self.refusals.push(refusal);
        }
    }

    pub(crate) fn is_content(&self) -> bool {
        self.refusals.is_empty()
    }

    pub(crate) fn into_refusals(self) -> Vec<Refusal> {
        self.refusals
    }

    /// The schemas of the contract that have a name, in its order.
    pub(crate) fn components(&self) -> impl Iterator<Item = Component<'d>> + use<'d> {
        let schemas = self.document.pointer("/components/schemas").and_then(Value::as_object);
        schemas.into_iter().flat_map(Map::iter).map(|(name, schema)| Component { name, schema })
    }

    pub(crate) fn component(&self, name: &str) -> Option<Component<'d>> {
        self.components().find(|component| component.name == name)
    }
}

impl Component<'_> {
    /// Its place; of a named inline enumeration, the original place.
    pub(crate) fn pointer(&self) -> String {
        match self.schema.get(crate::inline::ORIGIN).and_then(Value::as_str) {
            Some(origin) => origin.to_owned(),
            None => format!("/components/schemas/{}", escape(self.name)),
        }
    }

    /// Its name in Rust.
    pub(crate) fn type_name(&self) -> String {
        names::type_name(self.name, self.schema)
    }

    /// How generated code refers to it.
    pub(crate) fn path(&self) -> String {
        format!("crate::models::{}", self.type_name())
    }
}
