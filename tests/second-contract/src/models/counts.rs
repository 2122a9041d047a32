//! The schema `Counts`.

/// A map with a name
pub type Counts = std::collections::BTreeMap<String, i64>;
