//! How many wrong passwords are borne.

use std::num::NonZeroU32;
use std::time::Duration;

use super::fault::Faulted;
use super::reader::Reader;
use super::setting::{DefaultValue, Setting};

const HEADING: &str = "Login";

/// `IMMICH_LOGIN_MAX_FAILURES`
pub(super) static MAX_FAILURES: Setting = Setting {
    name: "IMMICH_LOGIN_MAX_FAILURES",
    flag: "login-max-failures",
    heading: HEADING,
    placeholder: "COUNT",
    help: "Failed logins within the window after which more are refused for a while; 0 for no limit",
    default: DefaultValue::Text("10"),
    secret: false,
};

/// `IMMICH_LOGIN_FAILURE_WINDOW`
pub(super) static FAILURE_WINDOW: Setting = Setting {
    name: "IMMICH_LOGIN_FAILURE_WINDOW",
    flag: "login-failure-window",
    heading: HEADING,
    placeholder: "SECONDS",
    help: "How long a failed login counts, in seconds",
    default: DefaultValue::Text("300"),
    secret: false,
};

/// How many wrong passwords are borne.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Login {
    /// None: any number.
    pub throttle: Option<LoginThrottle>,
}

/// The limit on failed logins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoginThrottle {
    /// Failures within the window after which logins are refused.
    pub max_failures: NonZeroU32,
    /// How long a failure counts.
    pub window: Duration,
}

impl Login {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Faulted> {
        let max_failures = reader.whole(&MAX_FAILURES, 0..=1_000_000_u32);
        let window = reader.seconds(&FAILURE_WINDOW, 86_400);
        let (max_failures, window) = (max_failures?, window?);
        Ok(Self { throttle: NonZeroU32::new(max_failures).map(|max_failures| LoginThrottle { max_failures, window }) })
    }
}
