//! Profiles: what clients of a server rely on beyond its contract, and where that server itself breaks the contract.
//!
//! Without a profile a server is checked against the contract alone. The data is in one TOML file for each profile.

use crate::results::Finding;
use crate::rule::Rule;
use crate::waivers::matches;
use serde::Deserialize;

/// The profiles, by name.
const PROFILES: [(&str, &str); 1] = [("immich-2.5", include_str!("immich-2.5.toml"))];

/// Which profile to use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ProfileChoice {
    /// The one of the version that the server reports; none for other versions.
    #[default]
    Automatic,
    /// None: the contract alone.
    None,
    /// The one of this name.
    Named(String),
}

impl ProfileChoice {
    /// Reads a name: of a profile, or `none`.
    ///
    /// # Errors
    /// There is no such profile.
    pub fn parse(name: &str) -> Result<Self, String> {
        if name == "none" {
            return Ok(Self::None);
        }
        let names = PROFILES.map(|(name, _)| name);
        let known = names.contains(&name).then(|| Self::Named(name.to_owned()));
        known.ok_or_else(|| format!("one of: {}, none", names.join(", ")))
    }
}

/// Why a profile cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the profile {name} is invalid: {problem}")]
pub struct ProfileError {
    /// Its name.
    pub name: &'static str,
    /// What is wrong with it.
    pub problem: String,
}

/// What clients of a server rely on beyond its contract, and where that server breaks the contract.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    pub(crate) name: String,
    /// The first number of the versions that it describes.
    major: u64,
    pub(crate) correlation_id: CorrelationId,
    rejected_credential: Vec<RejectedCredential>,
    pub(crate) cookies: Cookies,
    #[serde(default)]
    disagreement: Vec<Disagreement>,
}

/// The identifier of a request in its response.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CorrelationId {
    pub(crate) header: String,
    /// JSON pointer into the body of an error.
    pub(crate) property: String,
}

/// A kind of credential that an operation rejects although the contract lists it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RejectedCredential {
    operation: String,
    credential: String,
    pub(crate) status: u16,
    /// Why.
    pub(crate) reason: String,
}

/// The cookies that one operation sets and another one clears.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cookies {
    pub(crate) set_by: String,
    pub(crate) cleared_by: String,
    pub(crate) path: String,
    pub(crate) same_site: String,
    /// In seconds.
    pub(crate) max_age: u64,
    /// The `Expires` of a cleared cookie.
    pub(crate) past: String,
    pub(crate) cookie: Vec<CookieRule>,
}

/// A cookie.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CookieRule {
    pub(crate) name: String,
    /// Its value, if that is always the same.
    pub(crate) value: Option<String>,
    /// JSON pointer to its value in the body.
    pub(crate) value_at: Option<String>,
    pub(crate) http_only: bool,
}

/// Where the server that the profile describes breaks a rule. In all patterns `*` matches any text.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Disagreement {
    rule: String,
    operation: String,
    at: String,
    /// What is received: status and body.
    #[serde(default = "any")]
    received: String,
    /// The request as a `curl` command: one of these.
    #[serde(default = "any_request")]
    request: Vec<String>,
    reason: String,
}

fn any() -> String {
    "*".to_owned()
}

fn any_request() -> Vec<String> {
    vec![any()]
}

impl Disagreement {
    fn describes(&self, finding: &Finding) -> bool {
        matches(&self.rule, finding.rule.id())
            && matches(&self.operation, &finding.operation)
            && matches(&self.at, &finding.at)
            && matches(&self.received, &finding.received)
            && self.request.iter().any(|request| matches(request, &finding.request))
    }
}

impl Profile {
    /// The profile of this name.
    pub(crate) fn named(name: &str) -> Result<Option<Self>, ProfileError> {
        let Some((name, text)) = PROFILES.into_iter().find(|(known, _)| *known == name) else { return Ok(None) };
        let parsed: Self = toml::from_str(text).map_err(|error| ProfileError { name, problem: error.to_string() })?;
        parsed.checked().map(Some).map_err(|problem| ProfileError { name, problem })
    }

    /// The profile of servers that report this version.
    pub(crate) fn of_version(major: u64) -> Result<Option<Self>, ProfileError> {
        for (name, _) in PROFILES {
            if let Some(profile) = Self::named(name)?.filter(|profile| profile.major == major) {
                return Ok(Some(profile));
            }
        }
        Ok(None)
    }

    /// The profile of servers that send these headers, in lower case.
    pub(crate) fn of_headers(names: &[String]) -> Result<Option<Self>, ProfileError> {
        for (name, _) in PROFILES {
            if let Some(profile) = Self::named(name)?.filter(|profile| names.contains(&profile.correlation_id.header)) {
                return Ok(Some(profile));
            }
        }
        Ok(None)
    }

    /// The newest version that a profile describes.
    pub(crate) fn newest() -> Result<u64, ProfileError> {
        let majors = PROFILES.map(|(name, _)| Self::named(name).map(|profile| profile.map(|profile| profile.major)));
        let majors: Vec<Option<u64>> = majors.into_iter().collect::<Result<_, _>>()?;
        Ok(majors.into_iter().flatten().max().unwrap_or_default())
    }

    fn checked(self) -> Result<Self, String> {
        for Disagreement { rule, reason, .. } in &self.disagreement {
            if !Rule::ALL.iter().any(|known| matches(rule, known.id())) {
                return Err(format!("there is no rule {rule:?}"));
            }
            if reason.trim().is_empty() {
                return Err(format!("a disagreement about {rule:?} has no reason"));
            }
        }
        Ok(self)
    }

    /// Whether an operation rejects a kind of credential that the contract lists for it.
    pub(crate) fn rejection(&self, operation: &str, credential: &str) -> Option<&RejectedCredential> {
        self.rejected_credential.iter().find(|each| each.operation == operation && each.credential == credential)
    }

    /// Why a finding is accepted: the server of the profile behaves like this.
    pub(crate) fn reason(&self, finding: &Finding) -> Option<String> {
        let known = self.disagreement.iter().find(|known| known.describes(finding))?;
        Some(format!("profile {}: {}", self.name, known.reason))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_is_valid_and_has_its_name() {
        for (name, _) in PROFILES {
            let profile = Profile::named(name).unwrap().unwrap();
            assert_eq!(profile.name, name);
            assert_eq!(Profile::of_version(profile.major).unwrap().unwrap().name, name);
        }
        assert!(Profile::of_version(99).unwrap().is_none());
    }

    #[test]
    fn a_profile_is_chosen_by_its_name() {
        assert_eq!(ProfileChoice::parse("none"), Ok(ProfileChoice::None));
        assert_eq!(ProfileChoice::parse("immich-2.5"), Ok(ProfileChoice::Named("immich-2.5".to_owned())));
        assert_eq!(ProfileChoice::parse("immich-9"), Err("one of: immich-2.5, none".to_owned()));
    }
}
