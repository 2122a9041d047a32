//! Where metrics are served.

use std::net::SocketAddr;

use super::fault::{Faulted, Problem};
use super::listen::{self, Listen};
use super::reader::{Reader, whole_number};
use super::setting::{DefaultValue, Setting};

/// `IMMICH_API_METRICS_HOST`
pub(super) static HOST: Setting = Setting {
    name: "IMMICH_API_METRICS_HOST",
    flag: "api-metrics-host",
    heading: listen::HEADING,
    placeholder: "ADDRESS",
    help: "IP address that the metrics are served on",
    default: DefaultValue::Text("127.0.0.1"),
    secret: false,
};

/// `IMMICH_API_METRICS_PORT`
pub(super) static PORT: Setting = Setting {
    name: "IMMICH_API_METRICS_PORT",
    flag: "api-metrics-port",
    heading: listen::HEADING,
    placeholder: "PORT",
    help: "TCP port that the metrics are served on; no metrics are served when unset",
    default: DefaultValue::Unset,
    secret: false,
};

/// Where metrics are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metrics {
    /// Address and port; none when metrics are off.
    pub address: Option<SocketAddr>,
}

impl Metrics {
    pub(super) fn read(reader: &mut Reader<'_>, listen: Result<Listen, Faulted>) -> Result<Self, Faulted> {
        let host = reader.value(&HOST, listen::ip_address);
        let port = reader.optional(&PORT, |text| whole_number(text, &(0..=u16::MAX)));
        let (host, Some(port)) = (host?, port?) else {
            return Ok(Self { address: None });
        };
        let address = SocketAddr::new(host, port);
        if let Ok(Listen { address: main }) = listen
            && collide(main, address)
        {
            return Err(reader.fault(
                &PORT,
                Problem::new(format!("{main} is where the server itself listens"), "a port other than IMMICH_PORT"),
            ));
        }
        Ok(Self { address: Some(address) })
    }
}

/// Whether two sockets cannot both be listened on.
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
