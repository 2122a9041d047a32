//! The response parser. It does no input or output: bytes that arrived go in, events come out.

use std::io;

/// The most headers that a response may have.
const MAX_HEADERS: usize = 128;
/// The longest head of a response, and the longest trailer section, in bytes.
const MAX_HEAD: usize = 64 * 1024;

/// Why bytes are not a response.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// The status line or a header is malformed.
    #[error("malformed HTTP/1 response: {0}")]
    Head(#[from] httparse::Error),
    /// The head or the trailer section does not end within 64 KiB.
    #[error("the head of the response is longer than {MAX_HEAD} bytes")]
    HeadTooLong,
    /// `Content-Length` is not a number.
    #[error("malformed header Content-Length: {0}")]
    ContentLength(String),
    /// The size of a chunk is not a hexadecimal number, or its data does not end with a line break.
    #[error("malformed chunk in a chunked response")]
    Chunk,
    /// The body is longer than [`Parser::max_body`] allows.
    #[error("the body of the response is longer than {0} bytes")]
    BodyTooLong(u64),
    /// The connection was closed before the end of the response.
    #[error("the connection was closed in the middle of the response")]
    Incomplete,
}

impl From<ParseError> for io::Error {
    fn from(error: ParseError) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}

/// Status and headers of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The status code.
    pub status: u16,
    /// Names and values in the order of the wire, names as they were spelled.
    pub headers: Vec<(String, String)>,
}

impl Head {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// What the parser found.
#[derive(Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// The head of the final response; interim ones (1xx) are passed over.
    Head(Head),
    /// A piece of the body, without its transfer coding.
    Body(&'a [u8]),
    /// The response is complete. Bytes after it belong to the next one.
    Complete,
    /// More input is needed.
    NeedMore,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Head,
    /// So many bytes of the body are left (RFC 9112, section 6.2).
    Length(u64),
    /// The line with the size of the next chunk (RFC 9112, section 7.1).
    ChunkSize,
    ChunkData(u64),
    ChunkEnd,
    Trailers,
    /// The body ends with the connection (RFC 9112, section 6.3, item 8).
    UntilClose,
    Complete,
}

/// Parses one response.
#[derive(Debug)]
pub struct Parser {
    state: State,
    to_head: bool,
    max_body: u64,
    received: u64,
    keeps_alive: bool,
}

impl Parser {
    /// For the response to one request; `to_head` if that is a HEAD request, the response to which has no body.
    #[must_use]
    pub fn new(to_head: bool) -> Self {
        Self { state: State::Head, to_head, max_body: u64::MAX, received: 0, keeps_alive: false }
    }

    /// Limits the length of the body, in bytes.
    #[must_use]
    pub fn max_body(self, max_body: u64) -> Self {
        Self { max_body, ..self }
    }

    /// Parses the start of `input` and returns how many bytes of it are used up, with what they are. The caller
    /// removes these bytes, and appends to the rest what arrives after [`Event::NeedMore`].
    ///
    /// # Errors
    /// The bytes are not a response.
    pub fn parse<'a>(&mut self, input: &'a [u8]) -> Result<(usize, Event<'a>), ParseError> {
        let mut used = 0;
        loop {
            let rest = input.get(used..).unwrap_or_default();
            match self.state {
                State::Head => match parse_head(rest)? {
                    None => return Ok((used, Event::NeedMore)),
                    Some((length, head, is_1_1)) => {
                        used += length;
                        if (100..200).contains(&head.status) {
                            continue;
                        }
                        self.state = self.body_of(&head)?;
                        self.keeps_alive = is_1_1 && self.state != State::UntilClose && !announces_close(&head);
                        return Ok((used, Event::Head(head)));
                    }
                },
                State::Length(0) => self.state = State::Complete,
                State::ChunkData(0) => self.state = State::ChunkEnd,
                State::Length(left) | State::ChunkData(left) if !rest.is_empty() => {
                    let data = first(rest, left);
                    let left = left - self.count(data)?;
                    self.state = match self.state {
                        State::Length(_) => State::Length(left),
                        _ => State::ChunkData(left),
                    };
                    return Ok((used + data.len(), Event::Body(data)));
                }
                State::UntilClose if !rest.is_empty() => {
                    self.count(rest)?;
                    return Ok((used + rest.len(), Event::Body(rest)));
                }
                State::ChunkSize => match httparse::parse_chunk_size(rest).map_err(|_| ParseError::Chunk)? {
                    httparse::Status::Partial => return Ok((used, Event::NeedMore)),
                    httparse::Status::Complete((length, size)) => {
                        used += length;
                        self.state = if size == 0 { State::Trailers } else { State::ChunkData(size) };
                    }
                },
                State::ChunkEnd => match rest {
                    [b'\r', b'\n', ..] => {
                        used += 2;
                        self.state = State::ChunkSize;
                    }
                    [] | [b'\r'] => return Ok((used, Event::NeedMore)),
                    _ => return Err(ParseError::Chunk),
                },
                State::Trailers => match trailers(rest)? {
                    None => return Ok((used, Event::NeedMore)),
                    Some(length) => {
                        used += length;
                        self.state = State::Complete;
                    }
                },
                State::Length(_) | State::ChunkData(_) | State::UntilClose => return Ok((used, Event::NeedMore)),
                State::Complete => return Ok((used, Event::Complete)),
            }
        }
    }

    /// Whether the response leaves the connection open: it has a body that ends by itself and does not announce the end of
    /// the connection (RFC 9112, section 9.3).
    #[must_use]
    pub fn keeps_alive(&self) -> bool {
        self.keeps_alive
    }

    /// Whether the response is complete now that the server has closed the connection.
    ///
    /// # Errors
    /// [`ParseError::Incomplete`]: it is not.
    pub fn closed(&mut self) -> Result<(), ParseError> {
        match self.state {
            // The zero-sized chunk is what makes a chunked body complete (RFC 9112, section 8).
            State::UntilClose | State::Trailers | State::Complete => {
                self.state = State::Complete;
                Ok(())
            }
            _ => Err(ParseError::Incomplete),
        }
    }

    /// How the body is delimited (RFC 9112, section 6.3).
    fn body_of(&self, head: &Head) -> Result<State, ParseError> {
        if self.to_head || matches!(head.status, 204 | 304) {
            return Ok(State::Complete);
        }
        if let Some(codings) = head.header("transfer-encoding") {
            let last = codings.rsplit(',').next().unwrap_or_default().trim();
            return Ok(if last.eq_ignore_ascii_case("chunked") { State::ChunkSize } else { State::UntilClose });
        }
        match head.header("content-length") {
            Some(length) => {
                let length = length.parse().map_err(|_| ParseError::ContentLength(length.to_owned()))?;
                Ok(State::Length(length))
            }
            None => Ok(State::UntilClose),
        }
    }

    fn count(&mut self, data: &[u8]) -> Result<u64, ParseError> {
        let length = u64::try_from(data.len()).unwrap_or(u64::MAX);
        self.received = self.received.saturating_add(length);
        if self.received > self.max_body { Err(ParseError::BodyTooLong(self.max_body)) } else { Ok(length) }
    }
}

/// Its length, the head, and whether the version is HTTP/1.1; `None` while it has not ended.
fn parse_head(input: &[u8]) -> Result<Option<(usize, Head, bool)>, ParseError> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    match response.parse(input)? {
        httparse::Status::Partial if input.len() > MAX_HEAD => Err(ParseError::HeadTooLong),
        httparse::Status::Partial => Ok(None),
        httparse::Status::Complete(length) => {
            let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
            let headers = response.headers.iter().map(|each| (each.name.to_owned(), text(each.value))).collect();
            let head = Head { status: response.code.unwrap_or_default(), headers };
            Ok(Some((length, head, response.version == Some(1))))
        }
    }
}

fn announces_close(head: &Head) -> bool {
    let options = head.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("connection"));
    options.flat_map(|(_, value)| value.split(',')).any(|option| option.trim().eq_ignore_ascii_case("close"))
}

/// At most the first `count` bytes.
fn first(bytes: &[u8], count: u64) -> &[u8] {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    bytes.get(..count).unwrap_or(bytes)
}

/// The length of the trailer section, the empty line at its end included; `None` while it has not ended.
fn trailers(input: &[u8]) -> Result<Option<usize>, ParseError> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    match httparse::parse_headers(input, &mut headers)? {
        httparse::Status::Partial if input.len() > MAX_HEAD => Err(ParseError::HeadTooLong),
        httparse::Status::Partial => Ok(None),
        httparse::Status::Complete((length, _)) => Ok(Some(length)),
    }
}

#[cfg(test)]
mod tests;
