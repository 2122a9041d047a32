//! The schema `Echo`.

/// What an operation was called with
pub type Echo = immich_wire::Object;
