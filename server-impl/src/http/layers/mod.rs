//! The layers of the pipeline, one per file: see [`pipeline`](super::pipeline) for their order.

pub mod access_log;
pub mod catch_panic;
pub mod client_address;
pub mod compression;
pub mod conditional;
pub mod contract;
pub mod cors;
pub mod cross_site;
pub mod docs;
pub mod framing;
pub mod head_limit;
pub mod health;
pub mod request_id;
pub mod response_headers;
pub mod static_documents;
