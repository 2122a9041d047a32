//! Compresses a body while it is sent.

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

/// The window size of brotli, as a power of two. A larger one would cost more memory for each response in progress.
const WINDOW_BITS: i32 = 18;

/// The size of brotli's output buffer in bytes.
const BUFFER: usize = 4 * 1024;

/// A compressor with an output buffer that is emptied after each write.
enum Encoder {
    Brotli(Box<CompressorWriter<Vec<u8>>>),
    Gzip(GzEncoder<Vec<u8>>),
    Deflate(ZlibEncoder<Vec<u8>>),
}

/// A compressed body.
struct Compressed {
    body: Body,
    /// `None` after the end of the body, or an error.
    encoder: Option<Encoder>,
}

/// Compresses the body with this encoding.
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
    /// Compresses these bytes, and returns the output that is available so far.
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

    /// Ends the compression, and returns the rest of the output.
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
                // The encoder is gone, so the body ends after the error.
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(Ok(bytes))) => {
                    let compressed = encoder.push(&bytes);
                    self.encoder = Some(encoder);
                    compressed
                }
                // Trailers, which no response of this server has.
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

    /// The text in small chunks, followed by an error if there is one.
    fn body(error: Option<&'static str>) -> Body {
        let chunks: Vec<_> = text().as_bytes().chunks(999).map(Bytes::copy_from_slice).collect();
        let frames = chunks.into_iter().map(|chunk| Ok(Frame::data(chunk))).chain(error.map(Err));
        Body::stream(StreamBody::new(stream::iter(frames.collect::<Vec<_>>())))
    }

    fn decompress(encoding: Encoding, compressed: &[u8]) -> String {
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
    async fn given_a_stream_then_every_encoding_decompresses_to_it_and_arrives_in_chunks() {
        for encoding in Encoding::ALL {
            let mut compressed = Vec::new();
            let mut chunks = 0;
            let mut body = compress_stream(encoding, body(None));
            while let Some(frame) = body.frame().await {
                compressed.extend(frame.unwrap().into_data().unwrap());
                chunks += 1;
            }
            assert_eq!(decompress(encoding, &compressed), text(), "{encoding:?}");
            assert!(chunks > 2, "{encoding:?}: {chunks} chunks");
            assert!(encoding == Encoding::Identity || compressed.len() < text().len() / 2, "{encoding:?}");
        }
    }

    #[tokio::test]
    async fn given_an_error_in_the_body_then_the_stream_fails_and_ends() {
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
