//! `IdList`, generated from the contract.

/// A list with a name
pub type IdList = Vec<uuid::Uuid>;
