//! The schema `Note`.

/// `Note`
pub type Note = String;
