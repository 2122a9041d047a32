//! The schema `Slug`.

/// A text with a name
pub type Slug = String;
