//! `Words`, generated from the contract.

/// Another word for an object
pub type Words = crate::models::ADbWords;
