//! Decompression of bodies (content codings, RFC 9110 section 8.4.1) with a size limit: a small body may expand to
//! gigabytes.

use std::borrow::Cow;
use std::io::Read;

use flate2::bufread::MultiGzDecoder;
use flate2::{Decompress, FlushDecompress, Status};

use super::BodyError;
use super::format::Encoding;

/// How many bytes the output buffer grows by at a time.
const STEP: usize = 16 * 1024;

/// Decompresses a body to at most `limit` bytes.
///
/// # Errors
/// [`BodyError::TooLarge`] as soon as the output exceeds the limit; [`BodyError::CorruptEncoding`] for invalid or
/// truncated input.
pub(super) fn decompress(encoding: Encoding, bytes: &[u8], limit: usize) -> Result<Cow<'_, [u8]>, BodyError> {
    match encoding {
        Encoding::Identity => Ok(Cow::Borrowed(bytes)),
        Encoding::Gzip => read_to_limit(MultiGzDecoder::new(bytes), limit).map(Cow::Owned),
        Encoding::Brotli if has_large_window(bytes) => Err(BodyError::CorruptEncoding),
        Encoding::Brotli => read_to_limit(brotli::Decompressor::new(bytes, 4096), limit).map(Cow::Owned),
        // `deflate` is the zlib format, but some clients send raw DEFLATE data without the zlib header.
        Encoding::Deflate => match inflate(bytes, true, limit) {
            Err(BodyError::CorruptEncoding) => inflate(bytes, false, limit),
            result => result,
        }
        .map(Cow::Owned),
    }
}

fn read_to_limit(reader: impl Read, limit: usize) -> Result<Vec<u8>, BodyError> {
    let mut plain = Vec::new();
    // Reading one byte more than the limit distinguishes a body that is too large from one that just fits.
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    reader.take(most).read_to_end(&mut plain).map_err(|_| BodyError::CorruptEncoding)?;
    if plain.len() > limit {
        return Err(BodyError::TooLarge { limit });
    }
    Ok(plain)
}

/// Inflates to the end of the stream. `flate2`'s readers accept a truncated stream, so this uses its low-level API.
fn inflate(bytes: &[u8], zlib_header: bool, limit: usize) -> Result<Vec<u8>, BodyError> {
    let mut stream = Decompress::new(zlib_header);
    let mut plain = Vec::new();
    loop {
        let before = (stream.total_in(), stream.total_out());
        let taken = usize::try_from(before.0).map_err(|_| BodyError::CorruptEncoding)?;
        plain.reserve(STEP);
        let status = stream
            .decompress_vec(bytes.get(taken..).unwrap_or_default(), &mut plain, FlushDecompress::None)
            .map_err(|_| BodyError::CorruptEncoding)?;
        if plain.len() > limit {
            return Err(BodyError::TooLarge { limit });
        }
        if status == Status::StreamEnd {
            return Ok(plain);
        }
        if before == (stream.total_in(), stream.total_out()) {
            return Err(BodyError::CorruptEncoding);
        }
    }
}

/// Whether a stream uses the "large window" extension: the low 7 bits of its header are 0x11, which is invalid by
/// RFC 7932 section 9.1. The decoder would accept it and might allocate a gigabyte for the window.
fn has_large_window(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|first| first & 0x7F == 0x11)
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    const LIMIT: usize = 100_000;

    pub(in crate::body) fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    pub(in crate::body) fn zlib(plain: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    fn raw_deflate(plain: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    fn brotli(plain: &[u8]) -> Vec<u8> {
        let mut packed = Vec::new();
        brotli::CompressorWriter::new(&mut packed, 4096, 5, 22).write_all(plain).unwrap();
        packed
    }

    fn packed(plain: &[u8]) -> [(Encoding, Vec<u8>); 4] {
        [
            (Encoding::Gzip, gzip(plain)),
            (Encoding::Deflate, zlib(plain)),
            (Encoding::Deflate, raw_deflate(plain)),
            (Encoding::Brotli, brotli(plain)),
        ]
    }

    #[test]
    fn every_encoding_is_decompressed_up_to_the_limit() {
        let noise: Vec<u8> = (0..LIMIT).map(|index| u8::try_from(index * index % 251).unwrap()).collect();
        for plain in [b"".as_slice(), b"{}", &noise] {
            for (encoding, bytes) in packed(plain) {
                assert_eq!(decompress(encoding, &bytes, LIMIT).unwrap(), plain, "{encoding:?}");
            }
        }
    }

    #[test]
    fn a_decompression_bomb_is_rejected_at_the_limit() {
        for (encoding, bytes) in packed(&vec![b'a'; 50_000_000]) {
            assert!(bytes.len() < LIMIT, "{encoding:?}");
            let refused = decompress(encoding, &bytes, LIMIT);
            assert_eq!(refused, Err(BodyError::TooLarge { limit: LIMIT }), "{encoding:?}");
        }
        let one_byte_too_many = gzip(&vec![b'a'; LIMIT + 1]);
        assert!(decompress(Encoding::Gzip, &one_byte_too_many, LIMIT).is_err());
    }

    #[test]
    fn plain_truncated_and_damaged_bodies_are_corrupt() {
        let plain = br#"{"email":"admin@immich.cloud","password":"password"}"#;
        for (encoding, bytes) in packed(plain) {
            assert_eq!(decompress(encoding, plain, LIMIT), Err(BodyError::CorruptEncoding), "{encoding:?} plain");
            for length in 0..bytes.len() {
                let truncated = decompress(encoding, &bytes[..length], LIMIT);
                assert_eq!(truncated, Err(BodyError::CorruptEncoding), "{encoding:?} {length}");
            }
        }
        let mut damaged = gzip(plain);
        let checksum = damaged.len() - 8;
        damaged[checksum] ^= 1;
        assert_eq!(decompress(Encoding::Gzip, &damaged, LIMIT), Err(BodyError::CorruptEncoding));
    }

    #[test]
    fn a_brotli_stream_with_a_large_window_is_rejected() {
        for first in [0x11, 0x91] {
            let stream = [first, 0x1E, 0x03, 0x00];
            assert_eq!(decompress(Encoding::Brotli, &stream, LIMIT), Err(BodyError::CorruptEncoding));
        }
    }

    #[test]
    fn gzip_members_are_concatenated() {
        let members = [gzip(b"{\"a\""), gzip(b":1}")].concat();
        assert_eq!(decompress(Encoding::Gzip, &members, LIMIT).unwrap(), b"{\"a\":1}".as_slice());
    }
}
