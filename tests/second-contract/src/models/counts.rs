//! `Counts`, generated from the contract.

/// A map with a name
pub type Counts = std::collections::BTreeMap<String, i64>;
