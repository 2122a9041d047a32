//! Reading an answer off a connection.

use super::answer::Answer;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// How long to wait for bytes after an answer that has no body, when the server keeps the connection open.
const PATIENCE: Duration = Duration::from_millis(100);
/// More than any answer of the contract; a server that sends more is not read to the end.
const LONGEST: usize = 64 * 1024 * 1024;

/// The answer to one request; interim answers (100 Continue) are passed over.
pub(super) async fn answer(reader: &mut (impl AsyncRead + Unpin), to_head: bool) -> io::Result<Answer> {
    let mut incoming = Incoming { reader, rest: Vec::new() };
    let mut answer = loop {
        let answer = incoming.head().await?;
        if !(100..200).contains(&answer.status) {
            break answer;
        }
    };
    if to_head || matches!(answer.status, 204 | 304) {
        answer.beyond = incoming.until_end().await;
    } else {
        answer.body = incoming.body(&answer).await?;
    }
    Ok(answer)
}

struct Incoming<'a, R> {
    reader: &'a mut R,
    /// Read, and not yet used.
    rest: Vec<u8>,
}

impl<R: AsyncRead + Unpin> Incoming<'_, R> {
    async fn head(&mut self) -> io::Result<Answer> {
        loop {
            let mut headers = [httparse::EMPTY_HEADER; 96];
            let mut head = httparse::Response::new(&mut headers);
            let parsed = head.parse(&self.rest).map_err(|error| invalid(&format!("no HTTP: {error}")))?;
            if let httparse::Status::Complete(length) = parsed {
                let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
                let answer = Answer {
                    status: head.code.unwrap_or_default(),
                    headers: head.headers.iter().map(|each| (each.name.to_owned(), text(each.value))).collect(),
                    body: Vec::new(),
                    beyond: Vec::new(),
                };
                self.rest.drain(..length);
                return Ok(answer);
            }
            self.more().await?;
        }
    }

    async fn body(&mut self, answer: &Answer) -> io::Result<Vec<u8>> {
        if answer.header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
            return self.chunks().await;
        }
        if let Some(length) = answer.header("content-length") {
            let length = length.parse().map_err(|_| invalid(&format!("Content-Length: {length}")))?;
            return self.take(length).await;
        }
        while self.more().await.is_ok() {}
        Ok(std::mem::take(&mut self.rest))
    }

    async fn chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            match httparse::parse_chunk_size(&self.rest) {
                Ok(httparse::Status::Complete((start, size))) => {
                    self.rest.drain(..start);
                    let size = usize::try_from(size).map_err(io::Error::other)?;
                    if size == 0 {
                        // Trailers, if any, say nothing that is checked.
                        return Ok(body);
                    }
                    body.extend(self.take(size).await?);
                    // The line end after the chunk.
                    self.take(2).await?;
                }
                Ok(httparse::Status::Partial) => self.more().await?,
                Err(_) => return Err(invalid("the size of a chunk is no number")),
            }
        }
    }

    /// What is left on the connection.
    async fn until_end(&mut self) -> Vec<u8> {
        while matches!(tokio::time::timeout(PATIENCE, self.more()).await, Ok(Ok(()))) {}
        std::mem::take(&mut self.rest)
    }

    async fn take(&mut self, length: usize) -> io::Result<Vec<u8>> {
        while self.rest.len() < length {
            self.more().await?;
        }
        Ok(self.rest.drain(..length).collect())
    }

    async fn more(&mut self) -> io::Result<()> {
        if self.rest.len() > LONGEST {
            return Err(invalid("longer than anything that the contract has"));
        }
        if self.reader.read_buf(&mut self.rest).await? == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the connection ended before the answer"));
        }
        Ok(())
    }
}

fn invalid(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(bytes: &str, to_head: bool) -> io::Result<Answer> {
        answer(&mut bytes.as_bytes(), to_head).await
    }

    #[tokio::test]
    async fn a_body_is_read_by_its_length_by_chunks_or_to_the_end() {
        for bytes in [
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{}",
        ] {
            let answer = read(bytes, false).await.unwrap();
            assert_eq!((answer.status, answer.body.as_slice()), (200, b"{}".as_slice()), "{bytes}");
        }
    }

    #[tokio::test]
    async fn a_body_where_none_belongs_is_seen() {
        let after_204 = read("HTTP/1.1 204 No Content\r\n\r\n{}", false).await.unwrap();
        assert_eq!(after_204.beyond, b"{}");
        let after_head = read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", true).await.unwrap();
        assert_eq!(after_head.beyond, b"{}");
        let well = read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", true).await.unwrap();
        assert!(well.beyond.is_empty());
    }

    #[tokio::test]
    async fn what_is_no_answer_is_an_error() {
        for bytes in ["", "HTTP/1.1 200 OK\r\n", "nonsense\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"] {
            assert!(read(bytes, false).await.is_err(), "{bytes}");
        }
    }
}
