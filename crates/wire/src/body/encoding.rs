//! Decompression of bodies (content codings, RFC 9110 section 8.4.1).
//!
//! A few bytes may expand to gigabytes, and megabytes of valid input to nothing: blocks and gzip members may be empty.
//! So both sizes are limited, and so is each by the other.

use std::borrow::Cow;
use std::cell::Cell;
use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;
use flate2::{Decompress, FlushDecompress, Status};

use super::BodyError;
use super::format::Encoding;
use super::in_flight::InFlight;

/// How many times its compressed size a body may have. JSON rarely reaches 20 times.
pub(super) const MAX_RATIO: usize = 100;
/// The size in bytes up to which the ratio does not matter.
const ANY_RATIO: usize = 16 * 1024;
/// How many bytes of input may be read in advance of output. Headers and tables of codes yield no output; those of an
/// honest body are smaller.
const INPUT_LEAD: usize = 4 * 1024;
/// The maximum number of gzip members, each of which makes the decoder start again.
pub(super) const MAX_MEMBERS: usize = 16;
/// Bytes of input that a decoder gets at a time.
const INPUT_STEP: usize = 1024;
/// The smallest size of the output buffer in bytes.
const OUTPUT_START: usize = 1024;
/// The most bytes of output that a decoder writes at a time.
const OUTPUT_STEP: usize = 16 * 1024;

/// Decompresses a body to at most `limit` bytes, which are taken in addition to those of the compressed body.
///
/// # Errors
/// [`BodyError::TooLarge`] as soon as the output exceeds the limit; [`BodyError::ImplausibleEncoding`] as soon as the
/// sizes of input and output are out of proportion; [`BodyError::CorruptEncoding`] for invalid or truncated input;
/// [`BodyError::Busy`] if no memory is left for bodies.
pub(super) fn decompress<'b>(
    encoding: Encoding,
    bytes: &'b [u8],
    limit: usize,
    in_flight: &mut InFlight,
) -> Result<Cow<'b, [u8]>, BodyError> {
    let lead = Cell::new(INPUT_LEAD);
    let input = Input { rest: bytes, lead: &lead };
    let mut output = Output {
        plain: Vec::new(),
        limit,
        plausible: bytes.len().saturating_mul(MAX_RATIO).max(ANY_RATIO),
        lead: &lead,
        in_flight,
    };
    match encoding {
        Encoding::Identity => return Ok(Cow::Borrowed(bytes)),
        Encoding::Gzip => gunzip(input, &mut output)?,
        Encoding::Brotli if has_large_window(bytes) => return Err(BodyError::CorruptEncoding),
        Encoding::Brotli => output.read_to_end(&mut brotli::Decompressor::new(input, INPUT_STEP))?,
        // `deflate` is the zlib format, but some clients send raw DEFLATE data without the zlib header.
        Encoding::Deflate => match inflate(input, true, &mut output) {
            Err(BodyError::CorruptEncoding) => {
                output.plain.clear();
                lead.set(INPUT_LEAD);
                inflate(Input { rest: bytes, lead: &lead }, false, &mut output)?;
            }
            result => result?,
        },
    }
    Ok(Cow::Owned(output.plain))
}

fn gunzip(mut input: Input<'_>, output: &mut Output<'_>) -> Result<(), BodyError> {
    for _ in 0..MAX_MEMBERS {
        let mut member = GzDecoder::new(input);
        output.read_to_end(&mut member)?;
        input = member.into_inner();
        if input.rest.is_empty() {
            return Ok(());
        }
    }
    Err(BodyError::ImplausibleEncoding)
}

/// Inflates to the end of the stream. `flate2`'s readers accept a truncated stream, so this uses its low-level API.
fn inflate(mut input: Input<'_>, zlib_header: bool, output: &mut Output<'_>) -> Result<(), BodyError> {
    let mut stream = Decompress::new(zlib_header);
    loop {
        let before = (stream.total_in(), stream.total_out());
        let available = input.fill_buf().map_err(|error| output.failure(&error))?;
        let room = output.room()?;
        let status =
            stream.decompress(available, room, FlushDecompress::None).map_err(|_| BodyError::CorruptEncoding)?;
        let difference = |after: u64, before: u64| usize::try_from(after - before).unwrap_or(usize::MAX);
        let (taken, written) = (difference(stream.total_in(), before.0), difference(stream.total_out(), before.1));
        let room = room.len();
        input.consume(taken);
        output.keep(written, room)?;
        if status == Status::StreamEnd {
            return Ok(());
        }
        if (taken, written) == (0, 0) {
            return Err(BodyError::CorruptEncoding);
        }
    }
}

/// The compressed bytes. It stops a decoder that reads on and on and writes nothing.
struct Input<'b> {
    rest: &'b [u8],
    /// How many more bytes may be read before the next output.
    lead: &'b Cell<usize>,
}

impl BufRead for Input<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.lead.get() == 0 && !self.rest.is_empty() {
            return Err(io::Error::other("more input than output"));
        }
        let length = self.rest.len().min(self.lead.get()).min(INPUT_STEP);
        Ok(&self.rest[..length])
    }

    fn consume(&mut self, amount: usize) {
        self.rest = self.rest.get(amount..).unwrap_or_default();
        self.lead.set(self.lead.get().saturating_sub(amount));
    }
}

impl Read for Input<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let length = available.len().min(buffer.len());
        buffer[..length].copy_from_slice(&available[..length]);
        self.consume(length);
        Ok(length)
    }
}

/// The decompressed bytes.
struct Output<'o> {
    plain: Vec<u8>,
    limit: usize,
    /// The largest plausible size, by that of the input.
    plausible: usize,
    lead: &'o Cell<usize>,
    in_flight: &'o mut InFlight,
}

impl Output<'_> {
    fn read_to_end(&mut self, decoder: &mut impl Read) -> Result<(), BodyError> {
        loop {
            let room = self.room()?;
            let result = decoder.read(room);
            let room = room.len();
            match result {
                Ok(written) => {
                    self.keep(written, room)?;
                    if written == 0 {
                        return Ok(());
                    }
                }
                Err(error) => return Err(self.failure(&error)),
            }
        }
    }

    /// Appends room for the next output.
    fn room(&mut self) -> Result<&mut [u8], BodyError> {
        let length = self.plain.len();
        // One byte more than the limit distinguishes a body that is too large from one that just fits.
        let most = self.limit.min(self.plausible).saturating_add(1);
        if length == self.plain.capacity() {
            let grown = (length * 2).clamp(OUTPUT_START, most.max(OUTPUT_START));
            let more = grown.saturating_sub(length);
            self.in_flight.resize(self.in_flight.bytes().saturating_add(more))?;
            self.plain.reserve_exact(more);
        }
        let room = (self.plain.capacity() - length).min(OUTPUT_STEP);
        self.plain.resize(length + room, 0);
        Ok(&mut self.plain[length..])
    }

    /// Keeps the first bytes of the room, which were written.
    fn keep(&mut self, written: usize, room: usize) -> Result<(), BodyError> {
        self.plain.truncate(self.plain.len() - room + written);
        if self.plain.len() > self.limit {
            return Err(BodyError::TooLarge { limit: self.limit });
        }
        if self.plain.len() > self.plausible {
            return Err(BodyError::ImplausibleEncoding);
        }
        self.lead.set(self.lead.get().saturating_add(written));
        Ok(())
    }

    /// Why a decoder failed: the input is invalid, or [`Input`] has stopped it.
    fn failure(&self, error: &io::Error) -> BodyError {
        if error.kind() == io::ErrorKind::Other && self.lead.get() == 0 {
            BodyError::ImplausibleEncoding
        } else {
            BodyError::CorruptEncoding
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
    use std::sync::Arc;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;
    use crate::body::Capacity;
    use crate::body::in_flight::Pools;

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

    fn decompress(encoding: Encoding, bytes: &[u8], limit: usize) -> Result<Cow<'_, [u8]>, BodyError> {
        super::decompress(encoding, bytes, limit, &mut InFlight::new(&Arc::new(Pools::new(Capacity::default()))))
    }

    /// Bytes that do not compress: a xorshift generator.
    fn noise(length: usize) -> Vec<u8> {
        let mut state = 0x2545_F491_u32;
        let next = |_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state.to_le_bytes()[0]
        };
        (0..length).map(next).collect()
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
        let noise = noise(LIMIT);
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
            let rejected = decompress(encoding, &bytes, LIMIT);
            let plausible = bytes.len() * MAX_RATIO > LIMIT;
            let expected =
                if plausible { BodyError::TooLarge { limit: LIMIT } } else { BodyError::ImplausibleEncoding };
            assert_eq!(rejected, Err(expected), "{encoding:?}");
        }
        let one_byte_too_many = gzip(&vec![b'a'; LIMIT + 1]);
        assert!(decompress(Encoding::Gzip, &one_byte_too_many, LIMIT).is_err());
    }

    #[test]
    fn a_body_may_expand_a_hundredfold_beyond_16_kibibytes_and_without_limit_below() {
        for (encoding, bytes) in packed(&vec![b'a'; ANY_RATIO]) {
            assert!(bytes.len() * MAX_RATIO < ANY_RATIO, "{encoding:?}");
            assert_eq!(decompress(encoding, &bytes, LIMIT).unwrap().len(), ANY_RATIO, "{encoding:?}");
        }
        for (encoding, bytes) in packed(&vec![b'a'; 1_000_000]) {
            assert_eq!(decompress(encoding, &bytes, 10_000_000), Err(BodyError::ImplausibleEncoding), "{encoding:?}");
        }
        // Lines that differ in a number only, as in a long list.
        let list: String = (0..20_000)
            .fold(String::new(), |text, number| text + &format!("{{\"id\":{number},\"permission\":\"user.read\"}},\n"));
        for (encoding, bytes) in packed(list.as_bytes()) {
            assert_eq!(decompress(encoding, &bytes, 10_000_000).unwrap(), list.as_bytes(), "{encoding:?}");
        }
    }

    #[test]
    fn a_body_of_empty_members_or_empty_blocks_is_rejected_soon() {
        let member = gzip(b"");
        assert_eq!(decompress(Encoding::Gzip, &member.repeat(MAX_MEMBERS), LIMIT).unwrap(), b"".as_slice());
        assert_eq!(
            decompress(Encoding::Gzip, &member.repeat(MAX_MEMBERS + 1), LIMIT),
            Err(BodyError::ImplausibleEncoding)
        );
        // Stored blocks of length zero, of which none is the last one.
        let blocks = [0, 0, 0, 0xFF, 0xFF].repeat(1_000_000);
        let gzip_blocks = [&member[..10], &blocks].concat();
        assert_eq!(decompress(Encoding::Deflate, &blocks, LIMIT), Err(BodyError::ImplausibleEncoding));
        assert_eq!(decompress(Encoding::Gzip, &gzip_blocks, LIMIT), Err(BodyError::ImplausibleEncoding));
        // Empty metadata blocks (RFC 7932, section 9.2): not last, MNIBBLES = 3, reserved 0, MSKIPBYTES = 0, padding.
        let brotli_blocks = [vec![0x0C], vec![0x06; 1_000_000]].concat();
        assert_eq!(decompress(Encoding::Brotli, &brotli_blocks, LIMIT), Err(BodyError::ImplausibleEncoding));
    }

    #[test]
    fn the_memory_of_a_decompressed_body_counts_as_in_use() {
        let pools = Arc::new(Pools::new(Capacity { starts: 10_000, unauthorized: 50_000, authorized: 0 }));
        let plain = noise(LIMIT);
        for (encoding, bytes) in packed(&plain) {
            let mut in_flight = InFlight::new(&pools);
            in_flight.resize(1_000).unwrap();
            assert!(super::decompress(encoding, &bytes, 20_000, &mut in_flight).is_err(), "{encoding:?}");
            assert!((21_000..23_000).contains(&in_flight.bytes()), "{encoding:?} {}", in_flight.bytes());
            in_flight.resize(1_000).unwrap();
            assert_eq!(
                super::decompress(encoding, &bytes, LIMIT, &mut in_flight),
                Err(BodyError::Busy),
                "{encoding:?}"
            );
        }
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
