//! Receives and decodes the bodies of all requests of a server, under limits for one body and for all together.

use std::pin::pin;
use std::sync::Arc;

use bytes::Bytes;
use http::HeaderMap;
use http_body::Body;

use super::BodyError;
use super::content::{BodyKind, RequestBody};
use super::format::{Encoding, Format};
use super::in_flight::{Capacity, InFlight, Pools};
use super::limits::{AcceptedBody, Bounds, Limits};
use super::receive::Incoming;
use super::workers::Workers;
use crate::error::RequestError;
use crate::reply::BoxError;

/// Bodies of up to this many bytes are decoded in the task of the request, larger ones on a thread for blocking work.
const INLINE_BYTES: usize = 64 * 1024;
/// The same for bodies compressed by gzip or deflate, by their size as sent. Their decompressed size is limited by [`INLINE_BYTES`].
const INLINE_COMPRESSED: usize = 1024;

/// Receives and decodes the bodies of all requests of a server.
#[derive(Debug)]
pub struct BodyReader {
    limits: Limits,
    pools: Arc<Pools>,
    /// A client without a valid credential cannot occupy the threads of those that have one.
    unauthorized: Workers,
    authorized: Workers,
}

impl Default for BodyReader {
    fn default() -> Self {
        Self::new(Limits::default(), Capacity::default())
    }
}

impl BodyReader {
    /// A reader with these limits of one body, and of all bodies together.
    #[must_use]
    pub fn new(limits: Limits, capacity: Capacity) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            limits,
            pools: Arc::new(Pools::new(capacity)),
            unauthorized: Workers::new(1),
            authorized: Workers::new((cores / 2).max(1)),
        }
    }

    /// The bytes of memory that all bodies take now.
    #[must_use]
    pub fn bytes_in_flight(&self) -> usize {
        self.pools.taken()
    }

    /// Receives and decodes a body. The memory that it takes counts as in use until the [`InFlight`] is dropped.
    ///
    /// `authorize` is called at most once, for an operation that needs a credential: before more than
    /// [`Limits::unauthorized_bytes`] are received or decompressed, or if no memory is left for clients without a valid
    /// credential. As the body may take long to arrive, the caller must be authorized again before the operation.
    ///
    /// # Errors
    /// [`RequestError::Body`] with any [`BodyError`]; the error of `authorize`.
    pub async fn receive<B, E>(
        &self,
        accepted: AcceptedBody,
        headers: &HeaderMap,
        body: B,
        authorize: impl Future<Output = Result<(), E>>,
    ) -> Result<(RequestBody, Option<InFlight>), E>
    where
        B: Body<Data = Bytes>,
        B::Error: Into<BoxError>,
        E: From<RequestError>,
    {
        let fail = |error: BodyError| E::from(RequestError::Body(error));
        if body.is_end_stream() {
            return Ok((RequestBody::absent(accepted.kind), None));
        }
        let format = Format::of(headers, accepted.kind).map_err(fail)?;
        let mut body = pin!(body);
        let mut incoming = Incoming::new(headers, body.as_mut(), self.limits.read_timeout);
        let Some(format) = format else {
            incoming.discard(self.limits.unauthorized_bytes).await.map_err(fail)?;
            return Ok((RequestBody::absent(accepted.kind), None));
        };
        let mut in_flight = InFlight::new(&self.pools);
        let small = self.limits.bounds(accepted, format, false);
        let full = self.limits.bounds(accepted, format, accepted.is_secured);
        let received = match self.attempt(accepted.kind, format, &mut incoming, small, &mut in_flight).await {
            // Too large for a client without a valid credential, or such clients have used up their share.
            Err(error)
                if accepted.is_secured && (error == BodyError::Busy || is_too_large(&error) && full != small) =>
            {
                authorize.await?;
                in_flight.authorize().map_err(fail)?;
                self.attempt(accepted.kind, format, &mut incoming, full, &mut in_flight).await
            }
            received => received,
        };
        Ok((received.map_err(fail)?, Some(in_flight)))
    }

    /// Receives and decodes a body within these bounds.
    async fn attempt<B>(
        &self,
        kind: BodyKind,
        format: Format,
        incoming: &mut Incoming<'_, B>,
        bounds: Bounds,
        in_flight: &mut InFlight,
    ) -> Result<RequestBody, BodyError>
    where
        B: Body<Data = Bytes>,
    {
        let bytes = incoming.collect(bounds.sent, in_flight).await?;
        let is_inline = match format.encoding {
            Encoding::Identity => bytes.len() <= INLINE_BYTES,
            Encoding::Gzip | Encoding::Deflate => bytes.len() <= INLINE_COMPRESSED,
            // The decoder may allocate a window of 16 MiB, which takes milliseconds.
            Encoding::Brotli => false,
        };
        if is_inline {
            let limit = bounds.plain.min(INLINE_BYTES);
            match RequestBody::decode(kind, format, &bytes, limit, in_flight) {
                Err(BodyError::TooLarge { .. }) if limit < bounds.plain => {}
                decoded => return decoded,
            }
        }
        let workers = if in_flight.is_authorized() { &self.authorized } else { &self.unauthorized };
        // The work goes on if the request is canceled: the memory is in use until then.
        let mut owned = std::mem::replace(in_flight, InFlight::new(&self.pools));
        let (decoded, owned) =
            workers.run(move || (RequestBody::decode(kind, format, &bytes, bounds.plain, &mut owned), owned)).await?;
        *in_flight = owned;
        decoded
    }
}

fn is_too_large(error: &BodyError) -> bool {
    matches!(error, BodyError::TooLarge { .. })
}

#[cfg(test)]
mod tests;
