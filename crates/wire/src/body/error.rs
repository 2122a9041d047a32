//! Errors of reading and decoding a body.

use http::StatusCode;
use thiserror::Error;

/// The maximum number of characters of the client's input in a message.
const EXCERPT_CHARS: usize = 64;

/// A body that could not be read or decoded; its text is the message for the client.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BodyError {
    /// The body exceeds its size limit, as sent or decompressed.
    #[error("Request body too large: at most {limit} bytes are accepted")]
    TooLarge {
        /// The maximum number of bytes.
        limit: usize,
    },
    /// The JSON contains too many values; a value in memory takes many times the bytes it was sent in.
    #[error("Request body too large: at most {limit} JSON values are accepted")]
    TooManyValues {
        /// The maximum number of values, over all levels.
        limit: usize,
    },
    /// The form contains too many parameters.
    #[error("Request body too large: at most {limit} form parameters are accepted", limit = super::form::MAX_PARAMETERS)]
    TooManyParameters,
    /// The body did not arrive before its deadline.
    #[error("Request body did not arrive in time")]
    Timeout,
    /// The client disconnected while it sent the body.
    #[error("Request body ended before it was complete")]
    Aborted,
    /// The body is not JSON, or its top level is neither an object nor an array; holds what is wrong, and where.
    #[error("Malformed JSON in request body: {0}")]
    MalformedJson(String),
    /// The form is nested too deeply.
    #[error("Malformed form in request body: parameters may be nested {limit} levels deep", limit = super::form::MAX_DEPTH)]
    MalformedForm,
    /// The operation accepts another media type; holds the one sent.
    #[error("Unsupported media type \"{}\" of request body", excerpt(.0))]
    UnsupportedMediaType(String),
    /// The charset is not supported; holds its name.
    #[error("Unsupported charset \"{}\" of request body", excerpt(.0))]
    UnsupportedCharset(String),
    /// The content encoding is not supported; holds its name.
    #[error("Unsupported content encoding \"{}\" of request body", excerpt(.0))]
    UnsupportedEncoding(String),
    /// The compressed body is out of proportion to what it contains, which costs much time or memory.
    #[error(
        "Request body is compressed implausibly: more than {ratio}-fold, larger than uncompressed, or in more than \
         {members} gzip members",
        ratio = super::encoding::MAX_RATIO,
        members = super::encoding::MAX_MEMBERS
    )]
    ImplausibleEncoding,
    /// All memory that the server reserves for request bodies is in use.
    #[error("Too many request bodies at once, try again later")]
    Busy,
    /// The compressed body cannot be decompressed.
    #[error("Request body does not match its content encoding")]
    CorruptEncoding,
}

impl BodyError {
    /// The HTTP status of the error response.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::TooLarge { .. }
            | Self::TooManyValues { .. }
            | Self::TooManyParameters
            | Self::ImplausibleEncoding => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Timeout => StatusCode::REQUEST_TIMEOUT,
            Self::Aborted | Self::MalformedJson(_) | Self::MalformedForm | Self::CorruptEncoding => {
                StatusCode::BAD_REQUEST
            }
            Self::UnsupportedMediaType(_) | Self::UnsupportedCharset(_) | Self::UnsupportedEncoding(_) => {
                StatusCode::UNSUPPORTED_MEDIA_TYPE
            }
        }
    }
}

/// The client's input, truncated for a message.
fn excerpt(input: &str) -> &str {
    match input.char_indices().nth(EXCERPT_CHARS) {
        Some((end, _)) => input.get(..end).unwrap_or(input),
        None => input,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_contains_at_most_64_characters_of_the_input() {
        let message = BodyError::UnsupportedCharset("é".repeat(1000)).to_string();
        assert_eq!(message, format!("Unsupported charset \"{}\" of request body", "é".repeat(64)));
    }

    #[test]
    fn messages_contain_the_limit() {
        assert_eq!(
            BodyError::TooLarge { limit: 5 }.to_string(),
            "Request body too large: at most 5 bytes are accepted"
        );
        assert_eq!(
            BodyError::TooManyParameters.to_string(),
            "Request body too large: at most 1000 form parameters are accepted"
        );
    }
}
