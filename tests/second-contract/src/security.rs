//! The security schemes of the contract.

/// A security scheme: a kind of credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecurityScheme {
    /// `bearer`
    Bearer,
    /// `token`
    Token,
}

/// Where a request carries a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// `Authorization: Bearer` (RFC 6750, section 2.1).
    Bearer,
    /// The cookie of this name.
    Cookie(&'static str),
    /// The header of this name, in lower case.
    Header(&'static str),
    /// The query parameter of this name.
    Query(&'static str),
}

impl SecurityScheme {
    /// Where a request carries a credential of this kind.
    #[must_use]
    pub const fn place(self) -> Place {
        match self {
            Self::Bearer => Place::Bearer,
            Self::Token => Place::Query("token"),
        }
    }
}
