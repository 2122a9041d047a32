//! `Note`, generated from the contract.

/// `Note`
pub type Note = String;
