//! Compressing a body while it is sent.

use std::io::{self, Write};
use std::pin::Pin;
use std::task::{Context, Poll};

use brotli::CompressorWriter;
use brotli::enc::BrotliEncoderParams;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use http_body::{Body as HttpBody, Frame};
use immich_wire::Body;
use immich_wire::reply::BoxError;

use super::{BROTLI_QUALITY, Encoding};

/// Brotli looks back at so many bytes, as a power of two: a larger window would cost memory for every answer under way.
const WINDOW_BITS: i32 = 18;

/// What brotli gathers before it hands on.
const BUFFER: usize = 4 * 1024;

/// Compresses what comes, and hands on what is there whenever some is.
enum Encoder {
    Brotli(Box<CompressorWriter<Vec<u8>>>),
    Gzip(GzEncoder<Vec<u8>>),
    Deflate(ZlibEncoder<Vec<u8>>),
}

/// A body in another encoding.
struct Compressed {
    body: Body,
    /// None when everything was handed on.
    encoder: Option<Encoder>,
}

/// The body in this encoding.
#[must_use]
pub(super) fn compress_stream(encoding: Encoding, body: Body) -> Body {
    let encoder = match encoding {
        Encoding::Identity => return body,
        Encoding::Brotli => {
            let params =
                BrotliEncoderParams { quality: BROTLI_QUALITY, lgwin: WINDOW_BITS, ..BrotliEncoderParams::default() };
            Encoder::Brotli(Box::new(CompressorWriter::with_params(Vec::new(), BUFFER, &params)))
        }
        Encoding::Gzip => Encoder::Gzip(GzEncoder::new(Vec::new(), Compression::default())),
        Encoding::Deflate => Encoder::Deflate(ZlibEncoder::new(Vec::new(), Compression::default())),
    };
    Body::stream(Compressed { body, encoder: Some(encoder) })
}

impl Encoder {
    /// Takes bytes, and gives what has come of all bytes so far.
    fn push(&mut self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        Ok(std::mem::take(match self {
            Self::Brotli(encoder) => {
                encoder.write_all(bytes)?;
                encoder.get_mut()
            }
            Self::Gzip(encoder) => {
                encoder.write_all(bytes)?;
                encoder.get_mut()
            }
            Self::Deflate(encoder) => {
                encoder.write_all(bytes)?;
                encoder.get_mut()
            }
        }))
    }

    /// The end.
    fn finish(self) -> io::Result<Vec<u8>> {
        match self {
            Self::Brotli(encoder) => Ok(encoder.into_inner()),
            Self::Gzip(encoder) => encoder.finish(),
            Self::Deflate(encoder) => encoder.finish(),
        }
    }
}

impl HttpBody for Compressed {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        loop {
            let Some(mut encoder) = self.encoder.take() else { return Poll::Ready(None) };
            let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) else {
                self.encoder = Some(encoder);
                return Poll::Pending;
            };
            let compressed = match frame.map(|frame| frame.map(Frame::into_data)) {
                None => encoder.finish(),
                // Without an encoder nothing comes after the error.
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(Ok(bytes))) => {
                    let compressed = encoder.push(&bytes);
                    self.encoder = Some(encoder);
                    compressed
                }
                // Trailers; no answer here has any.
                Some(Ok(Err(trailers))) => {
                    self.encoder = Some(encoder);
                    return Poll::Ready(Some(Ok(trailers)));
                }
            };
            match compressed {
                Ok(bytes) if bytes.is_empty() => {}
                Ok(bytes) => return Poll::Ready(Some(Ok(Frame::data(bytes.into())))),
                Err(error) => {
                    self.encoder = None;
                    return Poll::Ready(Some(Err(error.into())));
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.encoder.is_none()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::{GzDecoder, ZlibDecoder};
    use futures_util::stream;
    use http_body_util::{BodyExt as _, StreamBody};

    use super::*;

    fn text() -> String {
        (0..40_000).fold(String::new(), |text, number| text + &number.to_string() + ",")
    }

    /// The text in small pieces, and an error behind it if there is one.
    fn body(error: Option<&'static str>) -> Body {
        let pieces: Vec<_> = text().as_bytes().chunks(999).map(Bytes::copy_from_slice).collect();
        let frames = pieces.into_iter().map(|piece| Ok(Frame::data(piece))).chain(error.map(Err));
        Body::stream(StreamBody::new(stream::iter(frames.collect::<Vec<_>>())))
    }

    fn plain(encoding: Encoding, compressed: &[u8]) -> String {
        let mut plain = String::new();
        let read = match encoding {
            Encoding::Brotli => brotli::Decompressor::new(compressed, BUFFER).read_to_string(&mut plain),
            Encoding::Gzip => GzDecoder::new(compressed).read_to_string(&mut plain),
            Encoding::Deflate => ZlibDecoder::new(compressed).read_to_string(&mut plain),
            Encoding::Identity => (&*compressed).read_to_string(&mut plain),
        };
        read.unwrap();
        plain
    }

    #[tokio::test]
    async fn given_a_stream_then_it_is_the_same_text_in_every_encoding_and_comes_in_pieces() {
        for encoding in Encoding::ALL {
            let mut compressed = Vec::new();
            let mut pieces = 0;
            let mut body = compress_stream(encoding, body(None));
            while let Some(frame) = body.frame().await {
                compressed.extend(frame.unwrap().into_data().unwrap());
                pieces += 1;
            }
            assert_eq!(plain(encoding, &compressed), text(), "{encoding:?}");
            assert!(pieces > 2, "{encoding:?}: {pieces} pieces");
            assert!(encoding == Encoding::Identity || compressed.len() < text().len() / 2, "{encoding:?}");
        }
    }

    #[tokio::test]
    async fn given_an_error_on_the_way_then_the_stream_fails_and_has_no_end() {
        for encoding in Encoding::ALL {
            let mut body = compress_stream(encoding, body(Some("lost")));
            let error = loop {
                if let Err(error) = body.frame().await.expect("an error before the end") {
                    break error;
                }
            };
            assert_eq!(error.to_string(), "lost");
            assert!(body.frame().await.is_none());
        }
    }
}
