//! The schema `IdList`.

/// A list with a name
pub type IdList = Vec<uuid::Uuid>;
