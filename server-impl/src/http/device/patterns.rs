//! The patterns that detect browsers, operating systems and kinds of devices, in the format of the uap-core project.
//!
//! The names are those that the original reports, for the common browsers and systems. The first matching pattern
//! counts, so the specific ones come first: nearly every browser also claims to be Safari, and nearly every system to
//! be Linux. If a pattern captures the name, the name is spelled as in the User-Agent.
//!
//! A compiled pattern takes about 30 KB. Therefore names share a pattern where they can ([`rename`] maps the captured
//! words to names), and all patterns match ASCII bytes: `(?i-u)`, no `.`, and no negated class.

use std::borrow::Cow;

use ua_parser::{Regexes, device, os, user_agent};

/// Pattern and name. An empty name means the text that the pattern captures.
type Row = (&'static str, &'static str);

const BROWSERS: &[Row] = &[
    (r"(?i-u)\bvalve (steam) client", ""),
    (r"(?i-u)\b(?:opera mini|opios)/", "Opera Mini"),
    (
        concat!(
            r"(?i-u)\b(opera|opr|opt|opx|edge|edgios|edga|edg|samsungbrowser|yabrowser|ddg|duckduckgo|",
            r"miuibrowser|huaweibrowser|vivobrowser|heytapbrowser|oculusbrowser|micromessenger|gsa|fb_iab|",
            r"headlesschrome|focus|klar|instagram|brave|electron|epiphany|falkon|konqueror|librewolf|palemoon|",
            r"puffin|qqbrowser|seamonkey|silk|ucbrowser|vivaldi|waterfox|whale|lynx|w3m|dillo|netsurf|iceweasel)[ /]"
        ),
        "",
    ),
    (r"(?i-u)trident/|\bmsie ", "IE"),
    (r"(?i-u)\bwv\)[ -~]*chrome/", "Chrome WebView"),
    (r"(?i-u)android[ -~]* version/[0-9.]+ [ -~]*safari/", "Android Browser"),
    (r"(?i-u)\bcrios/|\bchrome/[0-9.]+ mobile\b", "Mobile Chrome"),
    (r"(?i-u)\bfxios/|\b(?:mobile|tablet);[ -~]*firefox/", "Mobile Firefox"),
    (r"(?i-u)\bmobile/[0-9a-z]+ safari/", "Mobile Safari"),
    (r"(?i-u)\b(chromium|chrome|firefox|safari)/", ""),
    // A web app on the home screen of an iPhone names nothing else.
    (r"(?i-u)apple(webkit)/", ""),
];

const SYSTEMS: &[Row] = &[
    (
        concat!(
            r"(?i-u)\b(xbox|windows phone|cros|crkey|web0s|harmonyos|openharmony|kaios|tizen|playstation|",
            r"nintendo|arch linux|linux mint|centos|debian|fedora|gentoo|manjaro|raspbian|ubuntu|freebsd|netbsd|openbsd)\b"
        ),
        "",
    ),
    (r"(?i-u)\bwindows (?:nt|[0-9])|\bwin(?:32|9[58])\b", "Windows"),
    (r"(?i-u)cfnetwork/[ -~]*darwin|\(ip(?:hone|ad|od)[ -(*-~]*\bi?os [0-9]", "iOS"),
    (r"(?i-u)\bmac(?: os x\b|intosh|_powerpc)", "macOS"),
    (r"(?i-u)(android)", ""),
    (r"(?i-u)\b(linux)\b", ""),
    (r"(?i-u)(gnu)", ""),
];

// Only used when no browser is found, so the thousands of models with a browser need no pattern.
const KINDS: &[Row] = &[
    (r"(?i-u)apple ?tv|\broku/|; aft[a-z0-9]+ build|android tv|\bbravia\b", "smarttv"),
    (
        r"(?i-u)\(ipad|\btablet;|; (?:sm-[tx][0-9]|kf[a-z]+ build|lenovo tb|nexus (?:7|9|10)\b|pixel (?:c|tablet)\b)",
        "tablet",
    ),
    (
        concat!(
            r"(?i-u)iphone|\bmobile;|; (?:sm-|pixel|nexus|moto|redmi|m[0-9]{4}|[0-9]{4}|cph[0-9]|",
            r"(?:in|le|kb|hd|ac)[0-9]{4})[ -(*-:<-~]* build/"
        ),
        "mobile",
    ),
];

/// Names that differ from the word in the User-Agent: the word in lower case, and the name.
const NAMES: &[(&str, &str)] = &[
    ("arch linux", "Arch"),
    ("crkey", "Chromecast Android"),
    ("cros", "Chrome OS"),
    ("ddg", "DuckDuckGo"),
    ("edg", "Edge"),
    ("edga", "Edge"),
    ("edgios", "Edge"),
    ("fb_iab", "Facebook"),
    ("focus", "Firefox Focus"),
    ("headlesschrome", "Chrome Headless"),
    ("heytapbrowser", "HeyTap"),
    ("huaweibrowser", "Huawei Browser"),
    ("linux mint", "Mint"),
    ("micromessenger", "WeChat"),
    ("miuibrowser", "MIUI Browser"),
    ("oculusbrowser", "Oculus Browser"),
    ("opr", "Opera"),
    ("opt", "Opera Touch"),
    ("opx", "Opera GX"),
    ("samsungbrowser", "Samsung Internet"),
    ("vivobrowser", "Vivo Browser"),
    ("web0s", "webOS"),
    ("yabrowser", "Yandex"),
];

/// The name for a word of the User-Agent: the word itself unless [`NAMES`] has another.
pub(super) fn rename(word: Cow<'_, str>) -> Cow<'_, str> {
    NAMES.iter().find(|(key, _)| key.eq_ignore_ascii_case(&word)).map_or(word, |(_, name)| Cow::Borrowed(name))
}

/// All patterns, for the compiler of `ua_parser`.
pub(super) fn patterns() -> Regexes<'static> {
    let name = |row: &Row| (!row.1.is_empty()).then_some(Cow::Borrowed(row.1));
    Regexes {
        user_agent_parsers: BROWSERS
            .iter()
            .map(|row| user_agent::Parser {
                regex: row.0.into(),
                family_replacement: name(row),
                ..user_agent::Parser::default()
            })
            .collect(),
        os_parsers: SYSTEMS
            .iter()
            .map(|row| os::Parser { regex: row.0.into(), os_replacement: name(row), ..os::Parser::default() })
            .collect(),
        device_parsers: KINDS
            .iter()
            .map(|row| device::Parser {
                regex: row.0.into(),
                device_replacement: name(row),
                ..device::Parser::default()
            })
            .collect(),
    }
}
