//! Decodes a body as the server does, with the limits of an authorized caller.

use std::cell::RefCell;
use std::sync::LazyLock;

use http::HeaderMap;
use http_body_util::Full;
use immich_wire::body::{AcceptedBody, BodyReader, Object};
use immich_wire::{BodyKind, RequestBody, RequestError};
use tokio::runtime::{Builder, Runtime};

static READER: LazyLock<BodyReader> = LazyLock::new(BodyReader::default);

thread_local! {
    static RUNTIME: RefCell<Runtime> =
        RefCell::new(Builder::new_current_thread().enable_all().build().expect("a runtime needs no privilege"));
}

/// The fields of a body, as an operation with fields receives them.
///
/// # Errors
/// What the server answers instead.
pub fn decode(headers: &HeaderMap, body: &[u8]) -> Result<Object, RequestError> {
    let accepted = AcceptedBody { kind: BodyKind::Fields, is_secured: true, max_bytes: None };
    let body = Full::from(body.to_vec());
    let received = READER.receive(accepted, headers, body, async { Ok::<_, RequestError>(()) });
    let (content, _in_flight) = RUNTIME.with_borrow_mut(|runtime| runtime.block_on(received))?;
    match content {
        RequestBody::Fields(fields) => Ok(fields),
        other => panic!("an operation with fields received {other:?}"),
    }
}
