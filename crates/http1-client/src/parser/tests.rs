//! Responses in one piece, in single bytes, and cut off.

use super::*;
use crate::Response;

/// The response, and how many bytes of the input are left after it, when `piece` bytes arrive at a time.
fn parse_in_pieces(input: &str, piece: usize, to_head: bool) -> Result<(Response, usize), ParseError> {
    let mut parser = Parser::new(to_head);
    let mut response = Response::default();
    let (mut start, mut end) = (0, 0);
    loop {
        let (used, event) = parser.parse(&input.as_bytes()[start..end])?;
        start += used;
        match event {
            Event::Head(head) => response = head.into(),
            Event::Body(data) => response.body.extend(data),
            Event::NeedMore if end == input.len() => {
                parser.closed()?;
                return Ok((response, 0));
            }
            Event::NeedMore => end = input.len().min(end + piece),
            Event::Complete => return Ok((response, input.len() - start)),
        }
    }
}

/// However the bytes arrive, the result is the same.
fn parse(input: &str, to_head: bool) -> Result<(Response, usize), ParseError> {
    let whole = parse_in_pieces(input, input.len(), to_head);
    for piece in [1, 2, 7] {
        assert_eq!(parse_in_pieces(input, piece, to_head), whole, "{input:?} in pieces of {piece}");
    }
    whole
}

#[test]
fn a_body_is_read_by_its_length_by_chunks_or_to_the_end() {
    for bytes in [
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\nContent-Length: 9\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\n{}",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{}",
    ] {
        let (response, left) = parse(bytes, false).unwrap();
        assert_eq!((response.status, response.body.as_slice(), left), (200, b"{}".as_slice(), 0), "{bytes}");
    }
}

#[test]
fn chunks_may_have_extensions_and_trailers() {
    let bytes = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\
                 3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nDigest: x\r\n\r\n";

    let (response, left) = parse(bytes, false).unwrap();

    assert_eq!((response.body.as_slice(), left), (b"abc0123456789".as_slice(), 0));
}

#[test]
fn a_body_ends_where_its_length_says_and_leaves_the_next_response() {
    let bytes = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npongHTTP";

    let whole = parse_in_pieces(bytes, bytes.len(), false).unwrap();

    let headers = vec![("Content-Length".to_owned(), "4".to_owned())];
    assert_eq!(whole, (Response { status: 200, headers, body: b"pong".to_vec() }, 4));
}

#[test]
fn a_response_without_a_body_leaves_what_follows_it() {
    for (bytes, to_head) in [
        ("HTTP/1.1 204 No Content\r\n\r\n{}", false),
        ("HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n{}", false),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", true),
    ] {
        let (response, left) = parse_in_pieces(bytes, bytes.len(), to_head).unwrap();
        assert_eq!((response.body.len(), left), (0, 2), "{bytes}");
    }
}

#[test]
fn a_response_that_ends_early_is_incomplete() {
    for bytes in [
        "",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
    ] {
        assert_eq!(parse(bytes, false), Err(ParseError::Incomplete), "{bytes}");
    }
}

#[test]
fn malformed_responses_are_rejected() {
    for bytes in [
        "nonsense\r\n\r\n",
        "HTTP/1.1 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n{}",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n",
    ] {
        let error = parse(bytes, false).unwrap_err();
        assert_ne!(error, ParseError::Incomplete, "{bytes}");
    }
}

#[test]
fn heads_and_bodies_are_limited() {
    let head = format!("HTTP/1.1 200 OK\r\nX: {}", "x".repeat(MAX_HEAD));
    assert_eq!(parse_in_pieces(&head, head.len(), false), Err(ParseError::HeadTooLong));

    let mut parser = Parser::new(false).max_body(3);
    let input = b"HTTP/1.1 200 OK\r\n\r\nfour";
    let (used, _) = parser.parse(input).unwrap();
    assert_eq!(parser.parse(&input[used..]), Err(ParseError::BodyTooLong(3)));
}
