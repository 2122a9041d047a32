//! `Slug`, generated from the contract.

/// A text with a name
pub type Slug = String;
