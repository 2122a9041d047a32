//! Undoing a content encoding (RFC 9110 section 8.4.1), never beyond the limit: a small body may unpack to gigabytes.

use std::borrow::Cow;
use std::io::Read;

use flate2::bufread::MultiGzDecoder;
use flate2::{Decompress, FlushDecompress, Status};

use super::BodyError;
use super::format::Encoding;

/// How much room is made at a time for decompressed bytes.
const STEP: usize = 16 * 1024;

/// The plain bytes of a body, at most `limit` of them.
///
/// # Errors
/// [`BodyError::TooLarge`] as soon as the limit is passed, [`BodyError::CorruptEncoding`] for anything the encoding
/// does not allow.
pub(super) fn decompress(encoding: Encoding, bytes: &[u8], limit: usize) -> Result<Cow<'_, [u8]>, BodyError> {
    match encoding {
        Encoding::Identity => Ok(Cow::Borrowed(bytes)),
        Encoding::Gzip => read_to_limit(MultiGzDecoder::new(bytes), limit).map(Cow::Owned),
        Encoding::Brotli if is_large_window(bytes) => Err(BodyError::CorruptEncoding),
        Encoding::Brotli => read_to_limit(brotli::Decompressor::new(bytes, 4096), limit).map(Cow::Owned),
        // The name means the zlib format, yet some senders leave out its header.
        Encoding::Deflate => match inflate(bytes, true, limit) {
            Err(BodyError::CorruptEncoding) => inflate(bytes, false, limit),
            outcome => outcome,
        }
        .map(Cow::Owned),
    }
}

fn read_to_limit(reader: impl Read, limit: usize) -> Result<Vec<u8>, BodyError> {
    let mut plain = Vec::new();
    // One byte more than the limit tells a body beyond it from one that just fits.
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    reader.take(most).read_to_end(&mut plain).map_err(|_| BodyError::CorruptEncoding)?;
    if plain.len() > limit {
        return Err(BodyError::TooLarge { limit });
    }
    Ok(plain)
}

/// `flate2`'s readers take a truncated stream for a complete one, so the stream is driven by hand to its end.
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

/// Whether a stream asks for the "large window" extension: its header is 0x11 in the low 7 bits, which RFC 7932
/// section 9.1 leaves invalid. The decoder would accept it and may take a gigabyte for the window.
fn is_large_window(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|first| first & 0x7F == 0x11)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    const LIMIT: usize = 100_000;

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    fn zlib(plain: &[u8]) -> Vec<u8> {
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
    fn every_encoding_is_undone_up_to_the_limit_exactly() {
        let noise: Vec<u8> = (0..LIMIT).map(|index| u8::try_from(index * index % 251).unwrap()).collect();
        for plain in [b"".as_slice(), b"{}", &noise] {
            for (encoding, bytes) in packed(plain) {
                assert_eq!(decompress(encoding, &bytes, LIMIT).unwrap(), plain, "{encoding:?}");
            }
        }
    }

    #[test]
    fn a_bomb_is_refused_once_it_passes_the_limit() {
        for (encoding, bytes) in packed(&vec![b'a'; 50_000_000]) {
            assert!(bytes.len() < LIMIT, "{encoding:?}");
            let refused = decompress(encoding, &bytes, LIMIT);
            assert_eq!(refused, Err(BodyError::TooLarge { limit: LIMIT }), "{encoding:?}");
        }
        let one_too_many = gzip(&vec![b'a'; LIMIT + 1]);
        assert!(decompress(Encoding::Gzip, &one_too_many, LIMIT).is_err());
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
    fn a_brotli_stream_with_a_large_window_is_refused() {
        for first in [0x11, 0x91] {
            let stream = [first, 0x1E, 0x03, 0x00];
            assert_eq!(decompress(Encoding::Brotli, &stream, LIMIT), Err(BodyError::CorruptEncoding));
        }
    }

    #[test]
    fn gzip_members_are_joined() {
        let members = [gzip(b"{\"a\""), gzip(b":1}")].concat();
        assert_eq!(decompress(Encoding::Gzip, &members, LIMIT).unwrap(), b"{\"a\":1}".as_slice());
    }
}
