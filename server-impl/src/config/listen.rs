//! The address on which the server listens.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::error::{Invalid, Problem, Problems};
use super::reader::Reader;
use super::table::{IMMICH_HOST, IMMICH_PORT};

pub(super) const ALLOWED_ADDRESS: &str = "an IPv4 or IPv6 address, or localhost";

/// The address on which the server listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listen {
    /// Address and port; port 0 lets the system choose.
    pub address: SocketAddr,
}

impl Listen {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Invalid> {
        let host = reader.required(IMMICH_HOST);
        let port = reader.required(IMMICH_PORT);
        Ok(Self { address: SocketAddr::new(host?, port?) })
    }
}

/// Parses an IP address; brackets around an IPv6 one are accepted, and so is the word `localhost`.
pub(super) fn parse_address(text: &str) -> Result<IpAddr, Problems> {
    if text.eq_ignore_ascii_case("localhost") {
        return Ok(Ipv4Addr::LOCALHOST.into());
    }
    let address = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    Ok(address.parse().map_err(|_| Problem::new("not an IP address"))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_be_ipv4_ipv6_in_brackets_or_localhost() {
        for (text, address) in [("0.0.0.0", "0.0.0.0"), ("::1", "::1"), ("[::1]", "::1"), ("localhost", "127.0.0.1")] {
            assert_eq!(parse_address(text), Ok(address.parse().unwrap()), "{text}");
        }
        for text in ["", "example.org", "127.0.0.1:80", "256.0.0.1", "[::1"] {
            assert!(parse_address(text).is_err(), "{text}");
        }
    }
}
