//! Trusted reverse proxies: the peers whose headers name the client.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net};

use super::error::{Problem, Problems};

/// Upstream's words for the networks of this host and of private installations.
const WORDS: [(&str, &[&str]); 3] = [
    ("loopback", &["127.0.0.0/8", "::1/128"]),
    ("linklocal", &["169.254.0.0/16", "fe80::/10"]),
    ("uniquelocal", &["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]),
];

pub(super) const ALLOWED: &str =
    "IP addresses, CIDR blocks, loopback, linklocal and uniquelocal, separated by commas, or none";

/// The peers whose headers name the client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies {
    networks: Vec<IpNet>,
}

impl FromIterator<IpNet> for TrustedProxies {
    fn from_iter<I: IntoIterator<Item = IpNet>>(networks: I) -> Self {
        Self { networks: networks.into_iter().collect() }
    }
}

/// The list as `IMMICH_TRUSTED_PROXIES` accepts it.
impl fmt::Display for TrustedProxies {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.networks.is_empty() {
            return formatter.write_str("none");
        }
        for (index, network) in self.networks.iter().enumerate() {
            let separator = if index > 0 { "," } else { "" };
            if network.prefix_len() == network.max_prefix_len() {
                write!(formatter, "{separator}{}", network.addr())?;
            } else {
                write!(formatter, "{separator}{network}")?;
            }
        }
        Ok(())
    }
}

impl TrustedProxies {
    /// Whether this peer is a trusted proxy. An IPv4 address mapped into IPv6, as dual-stack sockets report it,
    /// counts as the IPv4 address.
    #[must_use]
    pub fn contains(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.networks.iter().any(|network| network.contains(&peer))
    }

    /// The same, and this peer.
    #[must_use]
    pub fn with(&self, peer: IpAddr) -> Self {
        self.networks.iter().copied().chain([IpNet::from(peer.to_canonical())]).collect()
    }

    pub(super) fn parse(list: &str) -> Result<Self, Problems> {
        if list.trim().eq_ignore_ascii_case("none") {
            return Ok(Self::default());
        }
        let mut networks = Vec::new();
        let mut problems = Vec::new();
        for item in list.split(',').map(str::trim) {
            match parse_item(item) {
                Some(found) => networks.extend(found),
                None => {
                    problems.push(Problem::new(format!("`{item}` is not an IP address, a CIDR block or a known word")));
                }
            }
        }
        if problems.is_empty() { Ok(Self { networks }) } else { Err(Problems(problems)) }
    }
}

fn parse_item(item: &str) -> Option<Vec<IpNet>> {
    if let Some((_, blocks)) = WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(item)) {
        return blocks.iter().map(|block| block.parse().ok()).collect();
    }
    let network = match item.parse::<IpAddr>() {
        Ok(address) => IpNet::from(address),
        Err(_) => item.parse().ok()?,
    };
    Some(vec![canonical(network)])
}

/// An IPv4 block mapped into IPv6 (`::ffff:10.0.0.0/104`) is taken as the IPv4 block.
fn canonical(network: IpNet) -> IpNet {
    const MAPPED_BITS: u8 = 96;
    if let IpNet::V6(block) = network
        && let Some(address) = Ipv6Addr::to_ipv4_mapped(&block.addr())
        && let Some(bits) = block.prefix_len().checked_sub(MAPPED_BITS)
        && let Ok(block) = Ipv4Net::new(address, bits)
    {
        return block.into();
    }
    network
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::DefaultValue;
    use crate::config::table::IMMICH_TRUSTED_PROXIES;

    fn parse(list: &str) -> Result<TrustedProxies, Vec<String>> {
        TrustedProxies::parse(list).map_err(|problems| problems.0.into_iter().map(|problem| problem.problem).collect())
    }

    fn trusts(list: &str, peer: &str) -> bool {
        parse(list).unwrap().contains(peer.parse().unwrap())
    }

    #[test]
    fn by_default_only_the_host_itself_is_trusted() {
        let DefaultValue::Text(default) = IMMICH_TRUSTED_PROXIES.default else {
            panic!("{:?}", IMMICH_TRUSTED_PROXIES.default);
        };
        for peer in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
            assert!(trusts(default, peer), "{peer}");
        }
        for peer in ["169.254.1.1", "fe80::1", "10.1.2.3", "172.17.0.1", "192.168.1.1", "fd00::1", "8.8.8.8"] {
            assert!(!trusts(default, peer), "{peer}");
        }
    }

    #[test]
    fn words_stand_for_private_networks() {
        let list = "loopback,linklocal,uniquelocal";
        for peer in ["169.254.1.1", "fe80::1", "10.1.2.3", "172.31.0.1", "192.168.1.1", "fd00::1", "::ffff:10.0.0.1"] {
            assert!(trusts(list, peer), "{peer}");
        }
        for peer in ["8.8.8.8", "172.32.0.1", "2001:db8::1", "::ffff:8.8.8.8"] {
            assert!(!trusts(list, peer), "{peer}");
        }
    }

    #[test]
    fn the_setting_that_also_trusts_a_peer_can_be_written() {
        let with = |list: &str, peer: &str| parse(list).unwrap().with(peer.parse().unwrap()).to_string();

        assert_eq!(with("loopback", "172.17.0.1"), "127.0.0.0/8,::1,172.17.0.1");
        assert_eq!(with("none", "fd00::7"), "fd00::7");
        assert_eq!(parse(&with("10.0.0.0/8", "::ffff:192.0.2.1")).unwrap(), parse("10.0.0.0/8,192.0.2.1").unwrap());
    }

    #[test]
    fn a_list_replaces_the_default() {
        let list = "loopback, 203.0.113.7 ,2001:db8::/32,::ffff:198.51.100.0/120";
        for peer in ["127.0.0.1", "203.0.113.7", "2001:db8::5", "198.51.100.9"] {
            assert!(trusts(list, peer), "{peer}");
        }
        for peer in ["10.0.0.1", "203.0.113.8", "198.51.101.1"] {
            assert!(!trusts(list, peer), "{peer}");
        }
    }

    #[test]
    fn none_trusts_no_peer() {
        assert!(!trusts("none", "127.0.0.1"));
    }

    #[test]
    fn every_invalid_item_is_reported() {
        let problems = parse("10.0.0.0/33,loopback,proxy.example,none,").unwrap_err();

        assert_eq!(problems.len(), 4, "{problems:?}");
        assert!(problems[0].contains("`10.0.0.0/33`"));
        assert!(problems[1].contains("`proxy.example`"));
    }
}
