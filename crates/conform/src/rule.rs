//! The rules, each with the name that reports and waivers use.

use crate::severity::Severity;
use serde::{Serialize, Serializer};

macro_rules! rules {
    ($($(#[doc = $doc:literal])+ $rule:ident $id:literal $check:ident $severity:ident;)+) => {
        /// A rule that a response may break.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $($(#[doc = $doc])+ $rule,)+
        }

        impl Rule {
            /// All rules, grouped by check.
            pub const ALL: &[Self] = &[$(Self::$rule,)+];

            /// The rule's name in reports and waivers.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$rule => $id,)+ }
            }

            /// The group that the rule belongs to.
            #[must_use]
            pub const fn check(self) -> Check {
                match self { $(Self::$rule => Check::$check,)+ }
            }

            /// The severity of a finding, unless the check gives it a lower one.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $(Self::$rule => Severity::$severity,)+ }
            }

            /// What the rule says.
            #[must_use]
            pub const fn description(self) -> &'static str {
                match self { $(Self::$rule => concat!($($doc),+).trim_ascii(),)+ }
            }
        }
    };
}

rules! {
    /// Every request gets a well-formed HTTP response within the timeout.
    NoAnswer "no-response" Answers Error;
    /// Every operation is implemented: valid requests are not all answered with 404, 405 or 501.
    NotImplemented "not-implemented" Answers Error;
    /// No request makes the server fail (5xx).
    ServerError "server-error" Answers Error;
    /// A status below 400 is one that the contract lists.
    UndocumentedStatus "undocumented-status" Answers Error;
    /// A valid request succeeds.
    SuccessStatus "success-status" Answers Error;
    /// Unknown properties in a request are ignored.
    UnknownProperty "unknown-property" Answers Error;

    /// A body that should be JSON is JSON.
    NotJson "not-json" Bodies Error;
    /// Every required field is there.
    MissingField "missing-field" Bodies Error;
    /// Every field is one that the contract lists.
    UnknownField "unknown-field" Bodies Note;
    /// Only nullable fields are null.
    NullField "null-field" Bodies Error;
    /// Every field has its declared type.
    WrongType "wrong-type" Bodies Error;
    /// Every field has one of its declared values.
    WrongValue "wrong-value" Bodies Error;
    /// Every field has its declared format.
    WrongFormat "wrong-format" Bodies Error;
    /// Dates and times are in UTC with milliseconds: `2026-01-31T23:59:59.123Z`.
    DateFormat "date-format" Bodies Error;
    /// A response to HEAD or with status 204 has no body.
    UnexpectedBody "unexpected-body" Bodies Error;
    /// Passwords, tokens and keys appear only in the response that creates them.
    SecretLeaked "secret-leaked" Bodies Error;

    /// The response has the documented content type.
    ContentType "content-type" Headers Error;
    /// Every response has a correlation id: header `x-immich-cid`, the request's own if it has one, repeated in error bodies.
    CorrelationId "correlation-id" Headers Error;
    /// A login sets the three session cookies, and a logout clears them.
    CookieMissing "cookie-missing" Headers Error;
    /// Cookies have the expected values and attributes, for instance `HttpOnly` on the token.
    CookieAttributes "cookie-attributes" Headers Error;
    /// Only a login and a logout set cookies, and no others.
    CookieUnknown "cookie-unknown" Headers Note;

    /// The `statusCode` in the body of an error is its status.
    ErrorStatusCode "error-status-code" Errors Error;
    /// The `error` in the body of an error is the reason phrase of its status.
    ErrorReason "error-reason" Errors Error;
    /// The `message` of an error is a list that names the field if the request breaks a constraint, and a string otherwise.
    ErrorMessage "error-message" Errors Warning;

    /// A request without a required field is rejected.
    ConstraintRequired "constraint-required" Constraints Error;
    /// A null is rejected where it is not allowed.
    ConstraintNull "constraint-null" Constraints Error;
    /// A value of another type is rejected.
    ConstraintType "constraint-type" Constraints Error;
    /// A value that the enum does not list is rejected.
    ConstraintEnum "constraint-enum" Constraints Error;
    /// A value without the declared format is rejected.
    ConstraintFormat "constraint-format" Constraints Error;
    /// A string that does not match the pattern is rejected.
    ConstraintPattern "constraint-pattern" Constraints Error;
    /// A string that is too short is rejected.
    ConstraintMinLength "constraint-min-length" Constraints Error;
    /// A string that is too long is rejected.
    ConstraintMaxLength "constraint-max-length" Constraints Error;
    /// A list that is too short is rejected.
    ConstraintMinItems "constraint-min-items" Constraints Error;
    /// A list that is too long is rejected.
    ConstraintMaxItems "constraint-max-items" Constraints Error;
    /// A number that is too small is rejected.
    ConstraintMinimum "constraint-minimum" Constraints Error;
    /// A number that is too large is rejected.
    ConstraintMaximum "constraint-maximum" Constraints Error;
    /// A fraction is rejected where an integer is declared.
    ConstraintInteger "constraint-integer" Constraints Error;
    /// A number that is not a multiple of the declared number is rejected.
    ConstraintMultipleOf "constraint-multiple-of" Constraints Error;
    /// A list with the same item twice is rejected where items are declared unique.
    ConstraintUniqueItems "constraint-unique-items" Constraints Error;
    /// An object with too few or too many properties, or with one that the contract forbids, is rejected.
    ConstraintProperties "constraint-properties" Constraints Error;
    /// A value that `oneOf`, `anyOf` or `not` excludes is rejected.
    ConstraintComposition "constraint-composition" Constraints Error;
    /// A body that is not a JSON object is rejected.
    MalformedBody "malformed-body" Constraints Error;

    /// A request without a credential is rejected with 401, whatever else is wrong with it.
    CredentialRequired "credential-required" Security Error;
    /// A wrong credential is rejected with 401.
    CredentialWrong "credential-wrong" Security Error;
    /// Every kind of credential that the contract lists is accepted.
    CredentialRight "credential-right" Security Error;
    /// A credential that was revoked or has expired is rejected with 401.
    CredentialEnded "credential-ended" Security Error;
    /// A rejected login does not show whether the account exists.
    CredentialMessage "credential-message" Security Error;
    /// Public operations ignore credentials.
    PublicOperation "public-operation" Security Error;

    /// An API key without the required permission is rejected with 403 and a message that names it.
    PermissionRequired "permission-required" Permissions Error;
    /// An API key with only the required permission is accepted.
    PermissionSufficient "permission-sufficient" Permissions Error;
    /// An API key cannot grant permissions that it does not have.
    PermissionEscalation "permission-escalation" Permissions Error;
    /// An item of another user is answered like one that does not exist.
    Ownership "ownership" Permissions Error;

    /// What was created is listed, and read as it was sent.
    EffectCreated "effect-created" Effects Error;
    /// Every valid value is accepted, also at the limits of its schema and beyond what is usual.
    ValidValue "valid-value" Effects Error;
    /// Every value is returned and read as it was sent: whole, in the same order and with the same characters.
    RoundTrip "round-trip" Effects Error;
    /// What was changed is read as it was sent.
    EffectChanged "effect-changed" Effects Error;
    /// What was deleted is gone.
    EffectDeleted "effect-deleted" Effects Error;
    /// Only the right password logs in.
    EffectPassword "effect-password" Effects Error;

    /// A request that only reads changes nothing, and gets the same answer again.
    EffectRead "effect-read" Effects Error;
    /// A request that is rejected changes nothing.
    EffectRejected "effect-rejected" Effects Error;
    /// A request changes nothing but what it is for: other properties, items, users and credentials stay as they are.
    EffectElsewhere "effect-elsewhere" Effects Error;
    /// A list has every member once, however many there are, and every new object has a new id.
    EffectList "effect-list" Effects Error;
    /// Times of creation, change and expiry follow the clock of the server; a change moves its time, and only that.
    EffectTimes "effect-times" Effects Error;
    /// Exactly the session that asks is the current one.
    EffectCurrent "effect-current" Effects Error;
    /// A change of the password ends all other sessions if the request says so, and none otherwise.
    EffectSessions "effect-sessions" Effects Error;

    /// HEAD is answered like GET, without the body.
    Head "head" Routing Error;
    /// A method that the contract does not have for a path is answered with 404.
    UnknownMethod "unknown-method" Routing Error;
    /// A path that the contract does not have is answered with 404.
    UnknownPath "unknown-path" Routing Error;

    /// A recorded request is answered as the original answered it.
    Golden "golden" Golden Error;
}

/// A group of rules: a column of the report's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// Valid requests.
    Answers,
    /// Bodies of responses.
    Bodies,
    /// Headers of responses.
    Headers,
    /// Bodies of errors.
    Errors,
    /// Every constraint of every request, broken once.
    Constraints,
    /// Every kind of credential, missing, wrong and right.
    Security,
    /// API keys with too few and with just enough permissions.
    Permissions,
    /// What requests change on the server.
    Effects,
    /// Methods and paths.
    Routing,
    /// Recorded requests.
    Golden,
}

impl Check {
    /// All checks, in the order of the report.
    pub const ALL: [Self; 10] = [
        Self::Answers,
        Self::Bodies,
        Self::Headers,
        Self::Errors,
        Self::Constraints,
        Self::Security,
        Self::Permissions,
        Self::Effects,
        Self::Routing,
        Self::Golden,
    ];

    /// The check's name in reports.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Answers => "answers",
            Self::Bodies => "bodies",
            Self::Headers => "headers",
            Self::Errors => "errors",
            Self::Constraints => "constraints",
            Self::Security => "security",
            Self::Permissions => "permissions",
            Self::Effects => "effects",
            Self::Routing => "routing",
            Self::Golden => "golden",
        }
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_rule_has_a_unique_name_and_a_description() {
        let names: BTreeSet<&str> = Rule::ALL.iter().map(|rule| rule.id()).collect();

        assert_eq!(names.len(), Rule::ALL.len());
        assert!(Rule::ALL.iter().all(|rule| rule.description().ends_with(|end: char| ".`".contains(end))));
    }

    #[test]
    fn every_check_has_a_rule() {
        for check in Check::ALL {
            assert!(Rule::ALL.iter().any(|rule| rule.check() == check), "{}", check.id());
        }
    }
}
