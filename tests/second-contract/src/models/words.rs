//! The schema `Words`.

/// Another word for an object
pub type Words = crate::models::ADbWords;
