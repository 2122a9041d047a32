//! A mutant: the contract with one change.

use super::edit::{NoSuchPlace, Step};
use immich_contract::generate::read_json;
use immich_contract::{OverlayError, apply_all, effective};
use serde_json::Value;
use std::fmt;
use std::path::Path;

/// A file from which the effective contract is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Source {
    /// The document.
    Contract,
    /// What is applied to it.
    Overlay,
}

impl Source {
    /// Path in the repository.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Contract => "spec/openapi.json",
            Self::Overlay => "spec/overlay.json",
        }
    }
}

/// Both files, read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sources {
    pub(crate) contract: Value,
    pub(crate) overlay: Value,
}

impl Sources {
    /// Those of this repository.
    pub(crate) fn read(root: &Path) -> Self {
        let read = |source: Source| read_json(&root.join(source.path())).unwrap();
        Self { contract: read(Source::Contract), overlay: read(Source::Overlay) }
    }

    pub(crate) fn get(&self, source: Source) -> &Value {
        match source {
            Source::Contract => &self.contract,
            Source::Overlay => &self.overlay,
        }
    }
}

/// What part of a contract a change concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Family {
    Document,
    Operation,
    Parameter,
    RequestBody,
    Response,
    Schema,
    RequestProperty,
    ResponseProperty,
    Enum,
    Reference,
    Security,
    Permission,
    Overlay,
    /// Changes nothing on the wire, and must break nothing.
    Prose,
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Document => "document",
            Self::Operation => "operation",
            Self::Parameter => "parameter",
            Self::RequestBody => "request body",
            Self::Response => "response",
            Self::Schema => "schema",
            Self::RequestProperty => "property of a request",
            Self::ResponseProperty => "property of a response",
            Self::Enum => "enum",
            Self::Reference => "reference",
            Self::Security => "security",
            Self::Permission => "permission",
            Self::Overlay => "overlay",
            Self::Prose => "prose",
        })
    }
}

/// A kind of change: the part, and what happens to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Kind {
    pub(crate) family: Family,
    pub(crate) change: &'static str,
}

impl Kind {
    pub(crate) fn is_prose(self) -> bool {
        self.family == Family::Prose
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.family, self.change)
    }
}

/// The contract with one change.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mutant {
    /// Which part is changed, and how; no other mutant has this name.
    pub(crate) name: String,
    /// The operation, schema or other named part.
    pub(crate) subject: String,
    pub(crate) kind: Kind,
    pub(crate) source: Source,
    /// The change, step by step.
    pub(crate) steps: Vec<Step>,
}

impl Mutant {
    /// The changed file.
    pub(crate) fn document(&self, sources: &Sources) -> Result<Value, NoSuchPlace> {
        let mut document = sources.get(self.source).clone();
        self.steps.iter().try_for_each(|step| step.apply(&mut document))?;
        Ok(document)
    }

    /// The effective contract with this changed file.
    pub(crate) fn effective(&self, mut document: Value, sources: &Sources) -> Result<Value, OverlayError> {
        match self.source {
            Source::Contract => apply_all(&mut document, &sources.overlay).map(|()| document),
            Source::Overlay => effective(&sources.contract, &document),
        }
    }
}
