//! Detects the device of a client, which sessions show: from the User-Agent, or from two headers that the mobile app
//! sends.

mod patterns;

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::http::headers;
use http::header::USER_AGENT;
use http::{HeaderMap, HeaderName};
use ua_parser::{Error, Extractor};

pub use crate::db::session::DeviceDetails;

/// How many characters of a header are read, as in the original's parser. No real client sends more.
const MAX_LENGTH: usize = 500;

/// Header with the model of the device, used when the User-Agent names neither a browser nor a kind of device.
static DEVICE_MODEL: HeaderName = HeaderName::from_static("devicemodel");

/// Header with the operating system (despite its name), used when the User-Agent names none.
static DEVICE_TYPE: HeaderName = HeaderName::from_static("devicetype");

/// The patterns, compiled on first use.
static EXTRACTOR: LazyLock<Result<Extractor<'static>, Error>> =
    LazyLock::new(|| Extractor::try_from(patterns::patterns()));

impl DeviceDetails {
    /// Reads the details from the headers of a request: the browser (`Mobile Chrome`), else the kind of device
    /// (`tablet`), else the header `devicemodel`; the operating system, else the header `devicetype`; the app's
    /// version. Takes some microseconds, so call it only for logins and the hourly refresh of a session;
    /// [`app_version`] is cheap.
    #[must_use]
    pub fn from_headers(headers: &HeaderMap) -> Self {
        let user_agent = text(headers, &USER_AGENT).unwrap_or_default();
        let (kind, system) = detect(&user_agent);
        let header = |name: &HeaderName| text(headers, name).unwrap_or_default();
        Self {
            device_type: kind.unwrap_or_else(|| header(&DEVICE_MODEL)).into_owned(),
            device_os: system.unwrap_or_else(|| header(&DEVICE_TYPE)).into_owned(),
            app_version: app_version(headers).map(Cow::into_owned),
        }
    }
}

/// The version in a User-Agent `Immich_Android_<version>` or `Immich_iOS_<version>`, as the mobile app sends it.
#[must_use]
pub fn app_version(headers: &HeaderMap) -> Option<Cow<'_, str>> {
    match text(headers, &USER_AGENT)? {
        Cow::Borrowed(user_agent) => version_in(user_agent).map(Cow::Borrowed),
        Cow::Owned(user_agent) => version_in(&user_agent).map(|version| Cow::Owned(version.to_owned())),
    }
}

fn version_in(user_agent: &str) -> Option<&str> {
    let platform = user_agent.strip_prefix("Immich_")?;
    let version = platform.strip_prefix("Android_").or_else(|| platform.strip_prefix("iOS_"))?;
    (!version.is_empty()).then_some(version)
}

/// The browser or else the kind of device, and the operating system.
fn detect(user_agent: &str) -> (Option<Cow<'_, str>>, Option<Cow<'_, str>>) {
    let extractor = match &*EXTRACTOR {
        Ok(extractor) => extractor,
        Err(error) => {
            tracing::error!(%error, "could not compile the device patterns; sessions show no device");
            return (None, None);
        }
    };
    let browser = extractor.ua.extract(user_agent).map(|found| found.family);
    let kind = || extractor.dev.extract(user_agent).map(|found| found.device);
    let system = extractor.os.extract(user_agent).map(|found| found.os);
    (browser.map(patterns::rename).or_else(kind), system.map(patterns::rename))
}

/// The first [`MAX_LENGTH`] characters of a header.
fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<Cow<'h, str>> {
    let text = headers::text(headers, name)?;
    Some(match text.char_indices().nth(MAX_LENGTH) {
        Some((end, _)) => match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.get(..end).unwrap_or_default()),
            Cow::Owned(mut text) => {
                text.truncate(end);
                Cow::Owned(text)
            }
        },
        None => text,
    })
}

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
