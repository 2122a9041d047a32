//! What is checked, each under a name that reports and waivers use.

use serde::{Serialize, Serializer};

macro_rules! rules {
    ($($(#[doc = $doc:literal])+ $rule:ident $id:literal $check:ident;)+) => {
        /// A rule that an answer may break.
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

            /// The rule in words.
            #[must_use]
            pub const fn says(self) -> &'static str {
                match self { $(Self::$rule => concat!($($doc),+).trim_ascii(),)+ }
            }
        }
    };
}

rules! {
    /// Every request gets a well-formed HTTP answer in time.
    NoAnswer "no-answer" Answers;
    /// No request makes the server fail (5xx).
    ServerError "server-error" Answers;
    /// A status below 400 is one that the contract lists.
    UndocumentedStatus "undocumented-status" Answers;
    /// A valid request succeeds.
    SuccessStatus "success-status" Answers;
    /// Properties that the contract does not know are ignored.
    UnknownProperty "unknown-property" Answers;

    /// A body that is announced as JSON is JSON.
    NotJson "not-json" Bodies;
    /// Every required field is there.
    MissingField "missing-field" Bodies;
    /// There is no field that the contract does not list.
    UnknownField "unknown-field" Bodies;
    /// Only nullable fields are null.
    NullField "null-field" Bodies;
    /// Every field has its declared type.
    WrongType "wrong-type" Bodies;
    /// Every field has one of its declared values.
    WrongValue "wrong-value" Bodies;
    /// Every field has its declared format.
    WrongFormat "wrong-format" Bodies;
    /// Dates and times are in UTC with milliseconds: `2026-01-31T23:59:59.123Z`.
    DateFormat "date-format" Bodies;
    /// An answer to HEAD, or with a status without content, has no body.
    UnexpectedBody "unexpected-body" Bodies;
    /// Passwords, tokens and keys are told once, where the contract says so, and never again.
    SecretLeaked "secret-leaked" Bodies;

    /// The content type is the documented one.
    ContentType "content-type" Headers;
    /// Every answer names its request: header `x-immich-cid`, repeated in the body of errors, taken from the request.
    CorrelationId "correlation-id" Headers;
    /// A login sets three cookies, a logout clears them.
    CookieMissing "cookie-missing" Headers;
    /// Cookies have their values and attributes, above all `HttpOnly` on the token.
    CookieAttributes "cookie-attributes" Headers;
    /// No other cookies are set.
    CookieUnknown "cookie-unknown" Headers;

    /// The body of an error repeats its status.
    ErrorStatusCode "error-status-code" Errors;
    /// The body of an error has its status' reason phrase.
    ErrorReason "error-reason" Errors;
    /// The message is a list that names the field where a request breaks a constraint, otherwise one text.
    ErrorMessage "error-message" Errors;

    /// A required field cannot be left out.
    ConstraintRequired "constraint-required" Constraints;
    /// Null is refused where it is not allowed.
    ConstraintNull "constraint-null" Constraints;
    /// A value of another type is refused.
    ConstraintType "constraint-type" Constraints;
    /// Anything but the listed values is refused.
    ConstraintEnum "constraint-enum" Constraints;
    /// A value of another format is refused.
    ConstraintFormat "constraint-format" Constraints;
    /// A text that does not match the pattern is refused.
    ConstraintPattern "constraint-pattern" Constraints;
    /// A text that is too short is refused.
    ConstraintMinLength "constraint-min-length" Constraints;
    /// A text that is too long is refused.
    ConstraintMaxLength "constraint-max-length" Constraints;
    /// A list that is too short is refused.
    ConstraintMinItems "constraint-min-items" Constraints;
    /// A list that is too long is refused.
    ConstraintMaxItems "constraint-max-items" Constraints;
    /// A number that is too small is refused.
    ConstraintMinimum "constraint-minimum" Constraints;
    /// A number that is too large is refused.
    ConstraintMaximum "constraint-maximum" Constraints;
    /// A fraction is refused where a whole number is asked for.
    ConstraintInteger "constraint-integer" Constraints;
    /// A body that is no JSON object is refused.
    MalformedBody "malformed-body" Constraints;

    /// Without a credential the answer is 401, whatever else is wrong with the request.
    CredentialRequired "credential-required" Security;
    /// A wrong credential is answered with 401.
    CredentialWrong "credential-wrong" Security;
    /// Every kind of credential that the contract lists is accepted.
    CredentialRight "credential-right" Security;
    /// A credential that has ended is answered with 401.
    CredentialEnded "credential-ended" Security;
    /// Public operations do not look at credentials.
    PublicOperation "public-operation" Security;

    /// An API key without the permission is answered with 403, and told which one is missing.
    PermissionRequired "permission-required" Permissions;
    /// An API key with just the permission is let in.
    PermissionSufficient "permission-sufficient" Permissions;
    /// An API key cannot grant what it does not have.
    PermissionEscalation "permission-escalation" Permissions;
    /// What belongs to another user answers as what does not exist.
    Ownership "ownership" Permissions;

    /// What was created is listed, and read as it was given.
    EffectCreated "effect-created" Effects;
    /// What was changed is read as it was given.
    EffectChanged "effect-changed" Effects;
    /// What was deleted is gone.
    EffectDeleted "effect-deleted" Effects;
    /// The right password lets in, and no other one does.
    EffectPassword "effect-password" Effects;

    /// HEAD is answered as GET, without the body.
    Head "head" Routing;
    /// A method that the contract does not have is an unknown route: 404.
    UnknownMethod "unknown-method" Routing;
    /// A path that the contract does not have is an unknown route: 404.
    UnknownPath "unknown-path" Routing;

    /// A recorded request is answered as it was by the original.
    Golden "golden" Golden;
}

/// A group of rules: a column of the report's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// Valid requests.
    Answers,
    /// Bodies of answers.
    Bodies,
    /// Headers of answers.
    Headers,
    /// Bodies of errors.
    Errors,
    /// Every constraint of every request, broken once.
    Constraints,
    /// Every kind of credential, absent, wrong and right.
    Security,
    /// API keys with too few and with just enough permissions.
    Permissions,
    /// What requests bring about.
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
    fn every_rule_has_a_name_of_its_own_and_says_something() {
        let names: BTreeSet<&str> = Rule::ALL.iter().map(|rule| rule.id()).collect();

        assert_eq!(names.len(), Rule::ALL.len());
        assert!(Rule::ALL.iter().all(|rule| rule.says().ends_with(|end: char| ".`".contains(end))));
    }

    #[test]
    fn every_check_has_a_rule() {
        for check in Check::ALL {
            assert!(Rule::ALL.iter().any(|rule| rule.check() == check), "{}", check.id());
        }
    }
}
