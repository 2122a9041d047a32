//! Where the server listens.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::fault::{Faulted, Problem};
use super::reader::Reader;
use super::setting::{DefaultValue, Setting};

pub(super) const HEADING: &str = "Network";

/// `IMMICH_HOST`
pub(super) static HOST: Setting = Setting {
    name: "IMMICH_HOST",
    flag: "host",
    heading: HEADING,
    placeholder: "ADDRESS",
    help: "IP address to listen on; 0.0.0.0 for every IPv4 address, :: for every address",
    default: DefaultValue::Text("127.0.0.1"),
    secret: false,
};

/// `IMMICH_PORT`
pub(super) static PORT: Setting = Setting {
    name: "IMMICH_PORT",
    flag: "port",
    heading: HEADING,
    placeholder: "PORT",
    help: "TCP port to listen on; 0 lets the system choose one",
    default: DefaultValue::Text("2283"),
    secret: false,
};

/// Where the server listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listen {
    /// Address and port; port 0 lets the system choose.
    pub address: SocketAddr,
}

impl Listen {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Faulted> {
        let host = reader.value(&HOST, ip_address);
        let port = reader.whole(&PORT, 0..=u16::MAX);
        Ok(Self { address: SocketAddr::new(host?, port?) })
    }
}

/// Reads an IP address; brackets around an IPv6 one are accepted, and so is the word `localhost`.
pub(super) fn ip_address(text: &str) -> Result<IpAddr, Problem> {
    if text.eq_ignore_ascii_case("localhost") {
        return Ok(Ipv4Addr::LOCALHOST.into());
    }
    text.strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
        .unwrap_or(text)
        .parse()
        .map_err(|_| Problem::new("not an IP address", "an IPv4 or IPv6 address, or localhost"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_be_ipv4_ipv6_in_brackets_or_localhost() {
        for (text, address) in [("0.0.0.0", "0.0.0.0"), ("::1", "::1"), ("[::1]", "::1"), ("localhost", "127.0.0.1")] {
            assert_eq!(ip_address(text), Ok(address.parse().unwrap()), "{text}");
        }
        for text in ["", "example.org", "127.0.0.1:80", "256.0.0.1", "[::1"] {
            assert!(ip_address(text).is_err(), "{text}");
        }
    }
}
