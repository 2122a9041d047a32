//! How many bytes of a body are accepted, and how long the server waits for them.

use std::time::Duration;

use super::BodyKind;
use super::format::{Encoding, Format, Media};

/// The limits of one body. Sizes are in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The maximum of an authorized caller, for a body other than a form.
    pub authorized_bytes: usize,
    /// The maximum until the caller is authorized, and of an operation that needs no credential.
    pub unauthorized_bytes: usize,
    /// The maximum of a form.
    pub form_bytes: usize,
    /// The deadline for the whole body to arrive.
    pub read_timeout: Duration,
}

impl Default for Limits {
    /// 10 MiB, and 100 KiB for a form (both as upstream); 100 KiB without a valid credential; 30 seconds.
    fn default() -> Self {
        Self {
            authorized_bytes: 10 * 1024 * 1024,
            unauthorized_bytes: 100 * 1024,
            form_bytes: 100 * 1024,
            read_timeout: Duration::from_secs(30),
        }
    }
}

/// The body that an operation accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AcceptedBody {
    /// What it contains.
    pub kind: BodyKind,
    /// Whether the caller must be authorized.
    pub is_secured: bool,
    /// The maximum size in bytes that the contract declares for this operation, in place of the server's.
    pub max_bytes: Option<usize>,
}

/// The maximum sizes of one body, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    /// As sent.
    pub(super) sent: usize,
    /// After decompression.
    pub(super) plain: usize,
}

impl Limits {
    /// The bounds of a body, before or after its caller is authorized.
    pub(super) fn bounds(&self, accepted: AcceptedBody, format: Format, is_authorized: bool) -> Bounds {
        let default = if accepted.is_secured { self.authorized_bytes } else { self.unauthorized_bytes };
        let full = accepted.max_bytes.unwrap_or(default).min(match format.media {
            Media::Json(_) | Media::Text(_) | Media::Binary => usize::MAX,
            Media::Form(_) => self.form_bytes,
        });
        let small = full.min(self.unauthorized_bytes);
        match (is_authorized, accepted.is_secured, format.encoding) {
            (false, true, _) => Bounds { sent: small, plain: small },
            (true, ..) | (false, false, Encoding::Identity) => Bounds { sent: full, plain: full },
            // Decompression can take much longer than reading as many bytes.
            (false, false, _) => Bounds { sent: small, plain: full },
        }
    }
}
