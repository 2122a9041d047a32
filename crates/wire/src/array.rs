//! JSON arrays that are streamed: items are sent as they are produced, the whole array is never in memory.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::Stream;
use http_body::Frame;
use serde::Serialize;

use crate::reply::BoxError;

/// How many bytes are collected before they are sent as one frame.
const CHUNK: usize = 16 * 1024;

/// A body that is the JSON array of a stream's items.
///
/// The first error ends the body before the closing bracket. The connection is then closed (HTTP/2: the stream is
/// reset), so that no client mistakes the truncated array for a complete one.
pub(crate) struct JsonArray<S> {
    items: Pin<Box<S>>,
    is_started: bool,
    is_finished: bool,
}

impl<S> JsonArray<S> {
    pub(crate) fn new(items: S) -> Self {
        Self { items: Box::pin(items), is_started: false, is_finished: false }
    }

    /// The byte before the next item: the opening bracket or a comma.
    fn separator(&mut self) -> u8 {
        if std::mem::replace(&mut self.is_started, true) { b',' } else { b'[' }
    }
}

impl<S, T, E> http_body::Body for JsonArray<S>
where
    S: Stream<Item = Result<T, E>>,
    T: Serialize,
    E: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.is_finished {
            return Poll::Ready(None);
        }
        let mut chunk = Vec::with_capacity(CHUNK + CHUNK / 8);
        while chunk.len() < CHUNK {
            let written = match self.items.as_mut().poll_next(context) {
                Poll::Pending if chunk.is_empty() => return Poll::Pending,
                Poll::Pending => break,
                Poll::Ready(Some(Ok(item))) => {
                    chunk.push(self.separator());
                    serde_json::to_writer(&mut chunk, &item).map_err(Into::into)
                }
                Poll::Ready(Some(Err(error))) => Err(error.into()),
                Poll::Ready(None) => {
                    if !self.is_started {
                        chunk.push(b'[');
                    }
                    chunk.push(b']');
                    self.is_finished = true;
                    break;
                }
            };
            if let Err(error) = written {
                self.is_finished = true;
                return Poll::Ready(Some(Err(error)));
            }
        }
        Poll::Ready(Some(Ok(Frame::data(chunk.into()))))
    }

    fn is_end_stream(&self) -> bool {
        self.is_finished
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;
    use http_body_util::BodyExt;

    use super::*;

    fn body(items: Vec<Result<u32, &'static str>>) -> JsonArray<impl Stream<Item = Result<u32, &'static str>>> {
        JsonArray::new(stream::iter(items))
    }

    async fn collected(count: u32) -> Bytes {
        body((0..count).map(Ok).collect()).collect().await.unwrap().to_bytes()
    }

    #[tokio::test]
    async fn the_body_is_the_json_array_of_its_items() {
        for count in [0, 1, 2, 10_000] {
            let numbers: Vec<u32> = (0..count).collect();
            assert_eq!(collected(count).await, serde_json::to_vec(&numbers).unwrap());
        }
    }

    #[tokio::test]
    async fn many_items_are_sent_in_chunks() {
        let mut body = body((0..100_000).map(Ok).collect());
        let mut chunks = 0;
        while let Some(frame) = body.frame().await {
            assert!(frame.unwrap().into_data().unwrap().len() < CHUNK + CHUNK / 8);
            chunks += 1;
        }
        assert!(chunks > 30);
    }

    #[tokio::test]
    async fn an_error_ends_the_body_before_the_closing_bracket() {
        let mut body = body(vec![Ok(1), Err("lost"), Ok(2)]);

        assert_eq!(body.frame().await.unwrap().unwrap_err().to_string(), "lost");
        assert!(body.frame().await.is_none());
    }
}
