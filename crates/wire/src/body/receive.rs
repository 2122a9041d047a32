//! Receiving a body from the connection, with a size limit and a deadline.

use std::pin::Pin;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http::header::CONTENT_LENGTH;
use http_body::Body;
use http_body_util::BodyExt;
use tokio::time::{Instant, timeout_at};

use super::BodyError;
use super::in_flight::InFlight;

/// A body that is being received. It can be continued with a larger limit or with other memory.
#[derive(Debug)]
pub(super) struct Incoming<'b, B> {
    body: Pin<&'b mut B>,
    /// Length in bytes that the client has declared, or 0.
    declared: u64,
    deadline: Instant,
    /// Most bodies are one frame, which is kept without a copy.
    first: Bytes,
    /// The first and all other frames, once there are several.
    joined: BytesMut,
    /// The frame that exceeded the limit, or that no memory was left for.
    excess: Bytes,
    is_complete: bool,
}

impl<'b, B: Body<Data = Bytes>> Incoming<'b, B> {
    /// The deadline for the whole body is `read_timeout` from now.
    pub(super) fn new(headers: &HeaderMap, body: Pin<&'b mut B>, read_timeout: Duration) -> Self {
        Self {
            declared: declared_length(headers, &*body),
            body,
            deadline: Instant::now() + read_timeout,
            first: Bytes::new(),
            joined: BytesMut::new(),
            excess: Bytes::new(),
            is_complete: false,
        }
    }

    /// Receives up to `limit` bytes, which are taken from `in_flight` as they arrive.
    ///
    /// # Errors
    /// [`BodyError::TooLarge`] at once if more is declared, otherwise as soon as more is received;
    /// [`BodyError::Timeout`] if the body is incomplete at the deadline; [`BodyError::Aborted`] if the connection is
    /// lost; [`BodyError::Busy`] if no memory is left for bodies.
    pub(super) async fn collect(&mut self, limit: usize, in_flight: &mut InFlight) -> Result<Bytes, BodyError> {
        if self.declared > limit as u64 {
            return Err(BodyError::TooLarge { limit });
        }
        let deadline = self.deadline;
        timeout_at(deadline, self.collect_frames(limit, in_flight)).await.unwrap_or(Err(BodyError::Timeout))
    }

    async fn collect_frames(&mut self, limit: usize, in_flight: &mut InFlight) -> Result<Bytes, BodyError> {
        let excess = std::mem::take(&mut self.excess);
        self.keep(excess, limit, in_flight)?;
        while !self.is_complete {
            match self.body.frame().await {
                Some(frame) => {
                    if let Ok(data) = frame.map_err(|_| BodyError::Aborted)?.into_data() {
                        self.keep(data, limit, in_flight)?;
                    }
                }
                None => self.is_complete = true,
            }
        }
        if !self.joined.is_empty() {
            self.first = self.joined.split().freeze();
        }
        Ok(self.first.clone())
    }

    /// Keeps a frame, or sets it aside if that fails.
    fn keep(&mut self, data: Bytes, limit: usize, in_flight: &mut InFlight) -> Result<(), BodyError> {
        if data.is_empty() {
            return Ok(());
        }
        let kept = self.first.len().max(self.joined.len());
        let length = kept.saturating_add(data.len());
        let reserved = if length > limit {
            Err(BodyError::TooLarge { limit })
        } else if kept == 0 {
            in_flight.resize(length)
        } else if length > kept.max(self.joined.capacity()) {
            let capacity = (kept * 2).clamp(length, limit);
            in_flight.resize(capacity).map(|()| self.joined.reserve(capacity - self.joined.len()))
        } else {
            Ok(())
        };
        if let Err(error) = reserved {
            self.excess = data;
            return Err(error);
        }
        if kept == 0 {
            self.first = data;
            return Ok(());
        }
        if self.joined.is_empty() {
            self.joined.extend_from_slice(&self.first);
            self.first = Bytes::new();
        }
        self.joined.extend_from_slice(&data);
        Ok(())
    }

    /// Discards up to `limit` bytes, so that the connection can be used again.
    ///
    /// # Errors
    /// [`BodyError::Timeout`] and [`BodyError::Aborted`] as for [`collect`](Self::collect).
    pub(super) async fn discard(mut self, limit: usize) -> Result<(), BodyError> {
        if self.declared > limit as u64 {
            return Ok(());
        }
        let discarding = async {
            let mut discarded = 0;
            while let Some(frame) = self.body.frame().await {
                let frame = frame.map_err(|_| BodyError::Aborted)?;
                discarded += frame.data_ref().map_or(0, Bytes::len);
                if discarded > limit {
                    break;
                }
            }
            Ok(())
        };
        timeout_at(self.deadline, discarding).await.unwrap_or(Err(BodyError::Timeout))
    }
}

/// The length that the client declared, or 0.
fn declared_length(headers: &HeaderMap, body: &impl Body) -> u64 {
    let header = headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse().ok())
        .unwrap_or(0);
    body.size_hint().lower().max(header)
}
