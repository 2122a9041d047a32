//! A mutant: the contract with one change.

use crate::edit::{NoSuchPlace, Step};
use serde_json::Value;
use std::fmt;

/// A file from which the effective contract is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Source {
    /// The document.
    Contract,
    /// What is laid over it.
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
    /// Says nothing about the wire, and must break nothing.
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

/// What happens to the file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Edit {
    /// These changes, one after the other.
    Steps(Vec<Step>),
    /// The same document, written in another way.
    Layout(Layout),
}

impl fmt::Display for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Steps(steps) => f.write_str(&steps.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
            Self::Layout(layout) => write!(f, "write it {layout:?}"),
        }
    }
}

/// Ways to write a document down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Two spaces, as it came.
    Indented,
    /// On one line.
    Compact,
    /// A tab for every level.
    Tabs,
    /// With the line ends of Windows.
    CarriageReturns,
    /// With empty lines before and after.
    Padded,
}

impl Layout {
    /// The document as text.
    pub(crate) fn write(self, document: &Value) -> String {
        // The plain form of `Display` is on one line, the alternate one is indented.
        let indented = format!("{document:#}");
        match self {
            Self::Indented => indented,
            Self::Compact => document.to_string(),
            Self::Tabs => indented.lines().map(tabbed).collect::<Vec<_>>().join("\n"),
            Self::CarriageReturns => indented.replace('\n', "\r\n"),
            Self::Padded => format!("\n\n{indented}\n\n\n"),
        }
    }
}

fn tabbed(line: &str) -> String {
    let text = line.trim_start_matches(' ');
    format!("{}{text}", "\t".repeat((line.len() - text.len()) / 2))
}

/// The contract with one change.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mutant {
    /// Which part is changed, and how; no other mutant has this name.
    pub(crate) name: String,
    /// The operation, the schema or whatever it is that has a name.
    pub(crate) subject: String,
    /// In which of several ways the change of this kind is done.
    pub(crate) variant: String,
    pub(crate) kind: Kind,
    pub(crate) source: Source,
    pub(crate) edit: Edit,
}

impl Mutant {
    /// The changed document.
    pub(crate) fn document(&self, sources: &Sources) -> Result<Value, NoSuchPlace> {
        let mut document = sources.get(self.source).clone();
        if let Edit::Steps(steps) = &self.edit {
            steps.iter().try_for_each(|step| step.apply(&mut document))?;
        }
        Ok(document)
    }

    /// The changed document as text.
    pub(crate) fn write(&self, document: &Value) -> String {
        match self.edit {
            Edit::Steps(_) => Layout::Indented.write(document),
            Edit::Layout(layout) => layout.write(document),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_layout_is_another_text_of_the_same_document() {
        let document = json!({"a": {"b": [1, "two  spaces"]}});
        let plain = Layout::Indented.write(&document);
        for layout in [Layout::Compact, Layout::Tabs, Layout::CarriageReturns, Layout::Padded] {
            let text = layout.write(&document);
            assert_ne!(text, plain);
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), document);
        }
    }
}
