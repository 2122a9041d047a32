//! The address on which metrics are served.

use std::net::SocketAddr;

use super::error::{Invalid, Problem};
use super::listen::Listen;
use super::reader::Reader;
use super::table::{IMMICH_API_METRICS_HOST, IMMICH_API_METRICS_PORT};

/// The address on which metrics are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metrics {
    /// Address and port; none when metrics are off.
    pub address: Option<SocketAddr>,
}

impl Metrics {
    pub(super) fn read(reader: &mut Reader<'_>, listen: Result<Listen, Invalid>) -> Result<Self, Invalid> {
        let host = reader.required(IMMICH_API_METRICS_HOST);
        let port = reader.optional(IMMICH_API_METRICS_PORT);
        let (host, Some(port)) = (host?, port?) else {
            return Ok(Self { address: None });
        };
        let address = SocketAddr::new(host, port);
        if let Ok(Listen { address: main }) = listen
            && collide(main, address)
        {
            let problem = Problem::new(format!("the server itself listens on {main}"));
            return Err(reader.reject(IMMICH_API_METRICS_PORT, problem.allowed("a port other than IMMICH_PORT")));
        }
        Ok(Self { address: Some(address) })
    }
}

/// Whether the two addresses cannot both be bound.
fn collide(one: SocketAddr, other: SocketAddr) -> bool {
    let overlap = one.ip() == other.ip() || one.ip().is_unspecified() || other.ip().is_unspecified();
    one.port() != 0 && one.port() == other.port() && overlap
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_collide_on_the_same_port_of_overlapping_addresses() {
        for (one, other, expected) in [
            ("127.0.0.1:2283", "127.0.0.1:2283", true),
            ("0.0.0.0:2283", "127.0.0.1:2283", true),
            ("127.0.0.1:2283", "127.0.0.2:2283", false),
            ("127.0.0.1:2283", "127.0.0.1:8081", false),
            ("127.0.0.1:0", "127.0.0.1:0", false),
        ] {
            let collides = collide(one.parse().unwrap(), other.parse().unwrap());
            assert_eq!(collides, expected, "{one} and {other}");
        }
    }
}
