//! `immich-contract`.
fn main() {}
