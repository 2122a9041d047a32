//! Files that are compiled into the program. A file is encoded once for each content coding; all answers share the
//! bytes and their entity tag.

use super::layers::compression::{self, Encoding};
use super::layers::conditional;
use crate::error::Error;
use bytes::Bytes;
use flate2::read::GzDecoder;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, ETAG};
use http::{HeaderMap, HeaderValue, Response};
use immich_wire::Body;
use std::io::{self, Read as _};
use tokio::sync::OnceCell;

/// A file that is compiled into the program.
pub struct StaticFile {
    media_type: HeaderValue,
    content: Content,
    encoded: [OnceCell<Encoded>; Encoding::ALL.len()],
}

/// The content of a file.
#[derive(Clone, Copy)]
pub enum Content {
    /// Not compressed.
    Plain(&'static str),
    /// Compressed in two ways.
    Packed {
        /// In the format of `Content-Encoding: br`.
        brotli: &'static [u8],
        /// In the format of `Content-Encoding: gzip`.
        gzip: &'static [u8],
    },
}

struct Encoded {
    bytes: Bytes,
    tag: HeaderValue,
}

impl StaticFile {
    /// A file of this media type.
    #[must_use]
    pub const fn new(media_type: &'static str, content: Content) -> Self {
        Self {
            media_type: HeaderValue::from_static(media_type),
            content,
            encoded: [const { OnceCell::const_new() }; Encoding::ALL.len()],
        }
    }

    /// The answer to a request with these headers, with the file in the encoding that the client prefers.
    ///
    /// # Errors
    /// [`Error::Internal`] if the file cannot be encoded.
    pub async fn response(&self, request: &HeaderMap) -> Result<Response<Body>, Error> {
        let encoding = if self.content.is_small() { Encoding::Identity } else { compression::choose(request) };
        let content = self.content;
        let encode = async || tokio::task::spawn_blocking(move || content.encoded(encoding)).await?;
        let encoded = self.encoded[encoding as usize].get_or_try_init(encode).await.map_err(Error::internal)?;
        let mut response = Response::new(Body::from(encoded.bytes.clone()));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, self.media_type.clone());
        headers.insert(ETAG, encoded.tag.clone());
        if encoding != Encoding::Identity {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding.name()));
        }
        Ok(response)
    }
}

impl Content {
    /// Whether it is so small that it is not compressed.
    const fn is_small(self) -> bool {
        match self {
            Self::Plain(text) => text.len() < compression::THRESHOLD,
            Self::Packed { .. } => false,
        }
    }

    fn encoded(self, encoding: Encoding) -> io::Result<Encoded> {
        let bytes = match (self, encoding) {
            (Self::Plain(text), Encoding::Identity) => Bytes::from_static(text.as_bytes()),
            (Self::Plain(text), _) => compression::compress(encoding, text.as_bytes())?.into(),
            (Self::Packed { brotli, .. }, Encoding::Brotli) => Bytes::from_static(brotli),
            (Self::Packed { gzip, .. }, Encoding::Gzip) => Bytes::from_static(gzip),
            (Self::Packed { gzip, .. }, Encoding::Identity) => unpacked(gzip)?.into(),
            (Self::Packed { gzip, .. }, Encoding::Deflate) => compression::compress(encoding, &unpacked(gzip)?)?.into(),
        };
        let tag = conditional::entity_tag(&bytes);
        Ok(Encoded { bytes, tag })
    }
}

fn unpacked(gzip: &[u8]) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    GzDecoder::new(gzip).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::header::ACCEPT_ENCODING;
    use std::io::Write as _;

    async fn body(file: &StaticFile, accepted: &'static str) -> (Bytes, HeaderMap) {
        let request = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(accepted))]);
        let (head, body) = file.response(&request).await.unwrap().into_parts();
        (body.as_full().unwrap().clone(), head.headers)
    }

    #[tokio::test]
    async fn all_answers_share_the_bytes_of_each_encoding() {
        let text: &'static str = "static ".repeat(1000).leak();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(text.as_bytes()).unwrap();
        let packed = Content::Packed { brotli: b"any", gzip: gzip.finish().unwrap().leak() };
        for content in [Content::Plain(text), packed] {
            let file = StaticFile::new("text/plain", content);
            for encoding in Encoding::ALL {
                let (first, headers) = body(&file, encoding.name()).await;
                let (second, same) = body(&file, encoding.name()).await;
                assert_eq!(first.as_ptr(), second.as_ptr(), "{encoding:?}");
                assert_eq!(headers, same);
                assert_eq!(headers[ETAG], conditional::entity_tag(&first));
                let name = headers.get(CONTENT_ENCODING).map(|name| name.to_str().unwrap());
                assert_eq!(name, Some(encoding.name()).filter(|_| encoding != Encoding::Identity));
            }
            assert_eq!(body(&file, "identity").await.0, text);
            let mut inflated = String::new();
            let (deflated, _) = body(&file, "deflate").await;
            flate2::read::ZlibDecoder::new(&*deflated).read_to_string(&mut inflated).unwrap();
            assert_eq!(inflated, text);
        }
    }

    #[tokio::test]
    async fn a_small_file_is_not_compressed() {
        let file = StaticFile::new("text/plain", Content::Plain("small"));
        assert_eq!(body(&file, "br, gzip").await.0, "small");
    }
}
