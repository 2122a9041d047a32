//! Credentials: the security schemes that an operation accepts.

use immich_contract::resolve;
use serde_json::Value;
use std::fmt;

/// A kind of credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheme {
    /// Its name in the contract.
    pub name: String,
    /// Where it is sent.
    pub location: CredentialLocation,
}

/// Where a credential is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialLocation {
    /// `Authorization: Bearer …`: a session. OAuth 2 and `OpenID` Connect send their access tokens like this too (RFC 6750).
    Bearer,
    /// `Authorization: Basic …`: name and password (RFC 7617).
    Basic,
    /// A cookie of this name: a session.
    Cookie(String),
    /// A header of this name: an API key.
    Header(String),
    /// A query parameter of this name: an API key.
    Query(String),
}

impl CredentialLocation {
    /// Whether sessions are sent here, rather than API keys or passwords.
    #[must_use]
    pub fn is_for_sessions(&self) -> bool {
        matches!(self, Self::Bearer | Self::Cookie(_))
    }
}

impl fmt::Display for CredentialLocation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bearer => formatter.write_str("bearer token"),
            Self::Basic => formatter.write_str("name and password"),
            Self::Cookie(name) => write!(formatter, "cookie {name}"),
            Self::Header(name) => write!(formatter, "header {name}"),
            Self::Query(name) => write!(formatter, "query parameter {name}"),
        }
    }
}

/// What an operation asks for.
#[derive(Debug, Default)]
pub(super) struct Security {
    /// It rejects requests without a credential.
    pub(super) required: bool,
    /// The credentials of which one suffices, as far as this program can send them.
    pub(super) schemes: Vec<Scheme>,
    /// What this program cannot send, and why.
    pub(super) unchecked: Vec<String>,
}

impl Security {
    /// Of an operation; the document's own where it has none.
    pub(super) fn of(document: &Value, operation: &Value) -> Self {
        let mut security = Self::default();
        let declared = operation.get("security").or_else(|| document.get("security"));
        let alternatives: Vec<_> =
            declared.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object).collect();
        if alternatives.is_empty() {
            return security;
        }
        security.required = alternatives.iter().all(|names| !names.is_empty());
        for names in alternatives {
            match names.keys().collect::<Vec<_>>().as_slice() {
                [] => {}
                [name] => match scheme_of(document, name) {
                    Ok(scheme) => security.schemes.push(scheme),
                    Err(why) => security.unchecked.push(why),
                },
                several => {
                    let names = several.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(" and ");
                    security.unchecked.push(format!("several credentials at once are not supported: {names}"));
                }
            }
        }
        if !security.required {
            security.schemes.clear();
            security.unchecked = vec!["credentials are optional here: requests are sent without".to_owned()];
        }
        security
    }
}

fn scheme_of(document: &Value, name: &str) -> Result<Scheme, String> {
    let schemes = document.pointer("/components/securitySchemes");
    let scheme = schemes.and_then(|schemes| schemes.get(name)).map(|scheme| resolve(document, scheme));
    let scheme = scheme.ok_or_else(|| format!("the contract does not define the security scheme {name}"))?;
    let text = |key: &str| scheme.get(key).and_then(Value::as_str).unwrap_or_default();
    let named = text("name").to_owned();
    let location = match (text("type"), text("in"), text("scheme").to_ascii_lowercase().as_str()) {
        ("http", _, "bearer") | ("oauth2" | "openIdConnect", ..) => CredentialLocation::Bearer,
        ("http", _, "basic") => CredentialLocation::Basic,
        ("apiKey", "cookie", _) => CredentialLocation::Cookie(named),
        ("apiKey", "header", _) => CredentialLocation::Header(named),
        ("apiKey", "query", _) => CredentialLocation::Query(named),
        (kind, _, scheme) => {
            return Err(format!("the security scheme {name} is not supported ({})", format!("{kind} {scheme}").trim()));
        }
    };
    Ok(Scheme { name: name.to_owned(), location })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn security(declared: &Value) -> Security {
        let document = json!({ "components": { "securitySchemes": {
            "token": { "type": "http", "scheme": "Bearer" },
            "account": { "type": "http", "scheme": "basic" },
            "oauth": { "type": "oauth2", "flows": {} },
            "key": { "type": "apiKey", "in": "query", "name": "k" },
            "tls": { "type": "mutualTLS" },
        } } });
        Security::of(&document, &json!({ "security": declared }))
    }

    #[test]
    fn schemes_become_places_to_send_credentials_in() {
        let found = security(&json!([{ "token": [] }, { "account": [] }, { "oauth": ["a"] }, { "key": [] }]));

        let locations: Vec<_> = found.schemes.into_iter().map(|scheme| scheme.location).collect();
        let bearer = CredentialLocation::Bearer;
        let key = CredentialLocation::Query("k".to_owned());
        assert_eq!(locations, [bearer.clone(), CredentialLocation::Basic, bearer, key]);
        assert!(found.required && found.unchecked.is_empty());
    }

    #[test]
    fn what_cannot_be_sent_is_still_required() {
        for (declared, reason) in [
            (json!([{ "token": [], "key": [] }]), "several credentials at once"),
            (json!([{ "tls": [] }]), "tls is not supported (mutualTLS)"),
            (json!([{ "none": [] }]), "does not define the security scheme none"),
        ] {
            let found = security(&declared);
            assert!(found.required && found.schemes.is_empty());
            assert!(found.unchecked[0].contains(reason), "{:?}", found.unchecked);
        }
    }

    #[test]
    fn an_empty_alternative_makes_credentials_optional() {
        let found = security(&json!([{}, { "token": [] }]));
        assert!(!found.required && found.schemes.is_empty());
        assert!(!security(&json!([])).required);
    }
}
