//! The security profile.

/// What has precedence where upstream's behavior and OWASP ASVS 5.0 disagree. `docs/asvs.md` lists the differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecurityProfile {
    /// Upstream's behavior.
    Compatible,
    /// Level 1 of the standard, as far as the contract allows.
    Strict,
}

impl SecurityProfile {
    /// Whether the standard has precedence.
    #[must_use]
    pub fn is_strict(self) -> bool {
        self == Self::Strict
    }
}
