//! The rules: what each kind of change does to clients.
//!
//! They are those of oasdiff 1.32, under its names where it has one (<https://www.oasdiff.com/docs/breaking-changes>).
//! The principle: a client breaks when the server accepts less of what the client sends, or when responses may contain
//! more than before. A change that cannot be classified counts as breaking, and so does a change of which oasdiff only
//! warns. The rules differ from oasdiff's in these cases:
//!
//! - Asking for a credential where none was needed is breaking (`endpoint-became-secured`); so is another permission, and
//!   another name, place or kind of a credential (`api-security-component-…`), which oasdiff does not classify.
//! - An optional property or header that is no longer sent is breaking, as in openapi-diff: clients display it.
//! - `format: password` is a hint to people, so OpenAPI says, and changes nothing that is sent.
//! - Of extensions, only those with an effect here are compared.
//!
//! `docs/diff.md` lists the differences by rule.

use std::fmt;

/// What a change does to a client that follows the old contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// It may stop working.
    Breaking,
    /// No rule says this: a team may choose it for changes that it wants to see and allows.
    Warning,
    /// It works as before.
    Compatible,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Breaking => "breaking",
            Self::Warning => "warning",
            Self::Compatible => "compatible",
        })
    }
}

/// Who sends what a schema describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// The client.
    Request,
    /// The server.
    Response,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Request => "requests",
            Self::Response => "responses",
        })
    }
}

/// Where a schema stands, as the names of the rules say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Site {
    Parameter,
    RequestBody,
    RequestProperty,
    ResponseBody,
    ResponseProperty,
    Header,
}

impl Site {
    pub(super) const ALL: [Self; 6] = [
        Self::Parameter,
        Self::RequestBody,
        Self::RequestProperty,
        Self::ResponseBody,
        Self::ResponseProperty,
        Self::Header,
    ];

    pub(super) fn direction(self) -> Direction {
        match self {
            Self::Parameter | Self::RequestBody | Self::RequestProperty => Direction::Request,
            Self::ResponseBody | Self::ResponseProperty | Self::Header => Direction::Response,
        }
    }

    /// Where the schemas within this one stand.
    pub(super) fn inside(self) -> Self {
        match self.direction() {
            Direction::Request => Self::RequestProperty,
            Direction::Response => Self::ResponseProperty,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Parameter => "request-parameter",
            Self::RequestBody => "request-body",
            Self::RequestProperty => "request-property",
            Self::ResponseBody => "response-body",
            Self::ResponseProperty => "response-property",
            Self::Header => "response-header",
        }
    }
}

/// What a change does to the values that a schema allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    /// Fewer than before.
    Narrows,
    /// More than before.
    Widens,
    /// Others than before, or it cannot be determined.
    Unknown,
    /// None at all in responses.
    HidesInResponses,
    /// The same.
    Nothing,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule {
    /// Its name, which stays.
    pub id: String,
    /// What a change of this kind does to clients.
    pub level: Level,
}

/// Rules that do not depend on where a schema stands.
const FIXED: &[(&str, Level)] = &{
    use Level::{Breaking, Compatible};
    [
        // The contract as a whole.
        ("api-global-security-changed", Compatible),
        ("api-security-component-added", Compatible),
        ("api-security-component-changed", Breaking),
        ("api-security-component-hint-changed", Compatible),
        ("api-security-component-removed", Compatible),
        ("api-security-component-type-changed", Breaking),
        ("api-server-added", Compatible),
        ("api-server-changed", Breaking),
        ("api-version-changed", Compatible),
        ("document-changed", Breaking),
        ("openapi-version-changed", Compatible),
        // Operations.
        ("api-operation-id-changed", Compatible),
        ("api-path-removed-before-sunset", Breaking),
        ("api-path-removed-with-deprecation", Compatible),
        ("api-path-removed-without-deprecation", Breaking),
        ("api-permission-added", Breaking),
        ("api-permission-changed", Breaking),
        ("api-permission-removed", Compatible),
        ("api-removed-before-sunset", Breaking),
        ("api-removed-with-deprecation", Compatible),
        ("api-removed-without-deprecation", Breaking),
        ("api-security-added", Compatible),
        ("api-security-order-changed", Compatible),
        ("api-security-removed", Breaking),
        ("api-sunset-date-changed", Compatible),
        ("api-sunset-date-changed-too-small", Breaking),
        ("api-tag-added", Compatible),
        ("api-tag-removed", Compatible),
        ("callback-added", Compatible),
        ("callback-changed", Breaking),
        ("callback-removed", Breaking),
        ("endpoint-added", Compatible),
        ("endpoint-became-public", Compatible),
        ("endpoint-became-secured", Breaking),
        ("endpoint-deprecated", Compatible),
        ("endpoint-reactivated", Compatible),
        ("operation-changed", Breaking),
        ("sunset-deleted", Breaking),
        // Parameters.
        ("new-optional-request-parameter", Compatible),
        ("new-request-path-parameter", Breaking),
        ("new-required-request-parameter", Breaking),
        ("request-parameter-became-optional", Compatible),
        ("request-parameter-became-required", Breaking),
        ("request-parameter-order-changed", Compatible),
        ("request-parameter-removed", Breaking),
        ("request-parameter-removed-before-sunset", Breaking),
        ("request-parameter-removed-with-deprecation", Compatible),
        ("request-parameter-renamed", Compatible),
        ("request-parameter-serialization-changed", Breaking),
        ("request-parameter-sunset-date-changed", Compatible),
        ("request-parameter-sunset-date-changed-too-small", Breaking),
        ("request-parameter-sunset-deleted", Breaking),
        // Request bodies and what is in them.
        ("new-optional-request-property", Compatible),
        ("new-required-request-property", Breaking),
        ("new-required-request-property-with-default", Breaking),
        ("request-body-added-optional", Compatible),
        ("request-body-added-required", Breaking),
        ("request-body-became-optional", Compatible),
        ("request-body-became-required", Breaking),
        ("request-body-media-type-added", Compatible),
        ("request-body-media-type-changed", Breaking),
        ("request-body-media-type-removed", Breaking),
        ("request-body-media-type-schema-added", Breaking),
        ("request-body-media-type-schema-removed", Compatible),
        ("request-body-removed", Breaking),
        ("request-property-became-optional", Compatible),
        ("request-property-became-required", Breaking),
        ("request-property-became-required-with-default", Breaking),
        ("request-property-removed", Breaking),
        ("request-read-only-property-changed", Compatible),
        // Responses and what is in them.
        ("optional-response-header-removed", Breaking),
        ("required-response-header-removed", Breaking),
        ("response-body-media-type-schema-added", Compatible),
        ("response-body-media-type-schema-removed", Breaking),
        ("response-changed", Breaking),
        ("response-header-added", Compatible),
        ("response-header-became-optional", Breaking),
        ("response-header-became-required", Compatible),
        ("response-header-serialization-changed", Breaking),
        ("response-links-changed", Compatible),
        ("response-media-type-added", Compatible),
        ("response-media-type-changed", Breaking),
        ("response-media-type-removed", Breaking),
        ("response-non-success-status-added", Compatible),
        ("response-non-success-status-removed", Compatible),
        ("response-optional-property-added", Compatible),
        ("response-optional-property-removed", Breaking),
        ("response-property-became-optional", Breaking),
        ("response-property-became-required", Compatible),
        ("response-required-property-added", Compatible),
        ("response-required-property-removed", Breaking),
        ("response-success-status-added", Compatible),
        ("response-success-status-removed", Breaking),
        ("response-write-only-property-changed", Compatible),
    ]
};

/// The ends of rules that begin with where a schema stands, as in `request-property-max-length-decreased`.
const OF_SCHEMAS: &[(&str, Effect)] = &{
    use Effect::{HidesInResponses, Narrows, Nothing, Unknown, Widens};
    [
        ("additional-properties-allowed", Widens),
        ("additional-properties-forbidden", Narrows),
        ("all-of-added", Narrows),
        ("all-of-removed", Widens),
        ("any-of-added", Widens),
        ("any-of-became-one-of", Narrows),
        ("any-of-removed", Narrows),
        ("any-of-set", Narrows),
        ("any-of-unset", Widens),
        ("became-enum", Narrows),
        ("became-not-enum", Widens),
        ("became-not-nullable", Narrows),
        ("became-not-read-only", Nothing),
        ("became-not-write-only", Nothing),
        ("became-nullable", Widens),
        ("became-read-only", Nothing),
        ("became-write-only", HidesInResponses),
        ("composition-order-changed", Nothing),
        ("default-value-added", Nothing),
        ("default-value-changed", Nothing),
        ("default-value-removed", Nothing),
        ("deprecated", Nothing),
        ("discriminator-added", Nothing),
        ("discriminator-mapping-added", Widens),
        ("discriminator-mapping-changed", Unknown),
        ("discriminator-mapping-removed", Narrows),
        ("discriminator-property-changed", Unknown),
        ("discriminator-removed", Nothing),
        ("enum-order-changed", Nothing),
        ("enum-value-added", Widens),
        ("enum-value-removed", Narrows),
        ("exclusive-max-set", Narrows),
        ("exclusive-max-unset", Widens),
        ("exclusive-min-set", Narrows),
        ("exclusive-min-unset", Widens),
        ("format-hint-changed", Nothing),
        ("keyword-changed", Unknown),
        ("max-decreased", Narrows),
        ("max-increased", Widens),
        ("max-items-decreased", Narrows),
        ("max-items-increased", Widens),
        ("max-items-set", Narrows),
        ("max-items-unset", Widens),
        ("max-length-decreased", Narrows),
        ("max-length-increased", Widens),
        ("max-length-set", Narrows),
        ("max-length-unset", Widens),
        ("max-properties-decreased", Narrows),
        ("max-properties-increased", Widens),
        ("max-properties-set", Narrows),
        ("max-properties-unset", Widens),
        ("max-set", Narrows),
        ("max-unset", Widens),
        ("min-decreased", Widens),
        ("min-increased", Narrows),
        ("min-items-decreased", Widens),
        ("min-items-increased", Narrows),
        ("min-items-set", Narrows),
        ("min-items-unset", Widens),
        ("min-length-decreased", Widens),
        ("min-length-increased", Narrows),
        ("min-length-set", Narrows),
        ("min-length-unset", Widens),
        ("min-properties-decreased", Widens),
        ("min-properties-increased", Narrows),
        ("min-properties-set", Narrows),
        ("min-properties-unset", Widens),
        ("min-set", Narrows),
        ("min-unset", Widens),
        ("multiple-of-changed", Unknown),
        ("multiple-of-set", Narrows),
        ("multiple-of-unset", Widens),
        ("one-of-added", Widens),
        ("one-of-became-any-of", Widens),
        ("one-of-removed", Narrows),
        ("one-of-set", Narrows),
        ("one-of-unset", Widens),
        ("pattern-added", Narrows),
        ("pattern-changed", Unknown),
        ("pattern-removed", Widens),
        ("reactivated", Nothing),
        ("schema-renamed", Nothing),
        ("type-changed", Unknown),
        ("type-generalized", Widens),
        ("type-specialized", Narrows),
        ("unique-items-set", Narrows),
        ("unique-items-unset", Widens),
        ("validation-order-changed", Nothing),
    ]
};

fn level(direction: Direction, effect: Effect) -> Level {
    match (direction, effect) {
        (_, Effect::Unknown)
        | (Direction::Request, Effect::Narrows)
        | (Direction::Response, Effect::Widens | Effect::HidesInResponses) => Level::Breaking,
        (_, Effect::Nothing)
        | (Direction::Request, Effect::Widens | Effect::HidesInResponses)
        | (Direction::Response, Effect::Narrows) => Level::Compatible,
    }
}

/// The rule of this name. A name that no rule has, which the tests exclude, would count as breaking.
pub(super) fn fixed(id: &str) -> Rule {
    let found = FIXED.iter().find(|(name, _)| *name == id);
    debug_assert!(found.is_some(), "no rule {id}");
    Rule { id: id.to_owned(), level: found.map_or(Level::Breaking, |(_, level)| *level) }
}

/// The rule for a change of the schema at a site.
pub(super) fn of_schema(site: Site, end: &str) -> Rule {
    let found = OF_SCHEMAS.iter().find(|(name, _)| *name == end);
    debug_assert!(found.is_some(), "no rule for schemas {end}");
    let effect = found.map_or(Effect::Unknown, |(_, effect)| *effect);
    Rule { id: format!("{}-{end}", site.name()), level: level(site.direction(), effect) }
}

/// All rules, by name.
#[must_use]
pub fn rules() -> Vec<Rule> {
    let mut rules: Vec<Rule> = FIXED.iter().map(|(id, _)| fixed(id)).collect();
    for site in Site::ALL {
        rules.extend(OF_SCHEMAS.iter().map(|(end, _)| of_schema(site, end)));
    }
    rules.sort();
    rules
}
