//! JSON arrays whose items come one by one: sent while they are produced, never held as a whole.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::Stream;
use http_body::Frame;
use serde::Serialize;

use crate::reply::BoxError;

/// How many bytes are gathered before they are sent.
const CHUNK: usize = 16 * 1024;

/// A body that is the JSON array of a stream's items.
///
/// It ends with the first error. The array has no end then, and the connection is closed or the stream reset, so that
/// nobody takes what was sent for the whole.
pub(crate) struct JsonArray<S> {
    items: Pin<Box<S>>,
    is_begun: bool,
    is_ended: bool,
}

impl<S> JsonArray<S> {
    pub(crate) fn new(items: S) -> Self {
        Self { items: Box::pin(items), is_begun: false, is_ended: false }
    }

    /// What comes before the next item.
    fn separator(&mut self) -> u8 {
        if std::mem::replace(&mut self.is_begun, true) { b',' } else { b'[' }
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
        if self.is_ended {
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
                    if !self.is_begun {
                        chunk.push(b'[');
                    }
                    chunk.push(b']');
                    self.is_ended = true;
                    break;
                }
            };
            if let Err(error) = written {
                self.is_ended = true;
                return Poll::Ready(Some(Err(error)));
            }
        }
        Poll::Ready(Some(Ok(Frame::data(chunk.into()))))
    }

    fn is_end_stream(&self) -> bool {
        self.is_ended
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

    async fn whole(count: u32) -> Bytes {
        body((0..count).map(Ok).collect()).collect().await.unwrap().to_bytes()
    }

    #[tokio::test]
    async fn given_any_number_of_items_then_it_is_the_array_of_them() {
        for count in [0, 1, 2, 10_000] {
            let numbers: Vec<u32> = (0..count).collect();
            assert_eq!(whole(count).await, serde_json::to_vec(&numbers).unwrap());
        }
    }

    #[tokio::test]
    async fn given_many_items_then_they_come_in_chunks() {
        let mut body = body((0..100_000).map(Ok).collect());
        let mut chunks = 0;
        while let Some(frame) = body.frame().await {
            assert!(frame.unwrap().into_data().unwrap().len() < CHUNK + CHUNK / 8);
            chunks += 1;
        }
        assert!(chunks > 30);
    }

    #[tokio::test]
    async fn given_an_error_on_the_way_then_the_body_fails_and_has_no_end() {
        let mut body = body(vec![Ok(1), Err("lost"), Ok(2)]);

        assert_eq!(body.frame().await.unwrap().unwrap_err().to_string(), "lost");
        assert!(body.frame().await.is_none());
    }
}
