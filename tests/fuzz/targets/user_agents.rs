//! User-Agents: detecting a device takes bounded time, its texts have a bounded length, and the version of the app is
//! what follows its name.
//!
//! An input is a list of lines: the User-Agent and the two headers of the mobile app.

#![no_main]

use immich_fuzz::{headers, latin1, lines};
use immich_server::http::device::{DeviceDetails, app_version};
use libfuzzer_sys::fuzz_target;

/// How many characters of a header are read.
const LONGEST: usize = 500;

fuzz_target!(|data: &[u8]| {
    let names = ["user-agent", "devicemodel", "devicetype"];
    let sent = headers(names.into_iter().zip(lines(data)));

    let details = DeviceDetails::from_headers(&sent);

    for text in [&details.device_type, &details.device_os] {
        // A name is a part of the header, or a pattern's own text with a part of it.
        assert!(text.chars().count() <= 2 * LONGEST, "{text}");
    }
    assert_eq!(details.app_version.as_deref(), app_version(&sent).as_deref());
    let agent: String = sent.get("user-agent").map(|value| latin1(value.as_bytes())).unwrap_or_default();
    let agent: String = agent.chars().take(LONGEST).collect();
    let version = ["Immich_Android_", "Immich_iOS_"].iter().find_map(|prefix| agent.strip_prefix(prefix));
    assert_eq!(details.app_version.as_deref(), version.filter(|version| !version.is_empty()));
});
