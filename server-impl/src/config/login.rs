//! The limit on failed logins.

use std::num::NonZeroU32;
use std::time::Duration;

use super::error::Invalid;
use super::reader::Reader;
use super::table::{IMMICH_LOGIN_FAILURE_WINDOW, IMMICH_LOGIN_MAX_FAILURES};

/// The settings of logins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Login {
    /// The limit on failed logins; none: any number is accepted.
    pub throttle: Option<LoginThrottle>,
}

/// The limit on failed logins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoginThrottle {
    /// Failures within the window after which logins are rejected.
    pub max_failures: NonZeroU32,
    /// How long a failure counts.
    pub window: Duration,
}

impl Login {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Invalid> {
        let max_failures = reader.required(IMMICH_LOGIN_MAX_FAILURES);
        let window = reader.required(IMMICH_LOGIN_FAILURE_WINDOW);
        let (max_failures, window) = (max_failures?, window?);
        Ok(Self { throttle: NonZeroU32::new(max_failures).map(|max_failures| LoginThrottle { max_failures, window }) })
    }
}
