//! `routes`: the kind of proxy, and the addresses of the two servers.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// `routes`
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Routes {
    #[command(flatten)]
    proxy: ProxyFlags,
    /// Address of this server, as the proxy reaches it
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:2284")]
    pub server: Address,
    /// Address of upstream Immich, as the proxy reaches it
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:2283")]
    pub upstream: Address,
    /// Leave this operation to upstream; may be repeated
    #[arg(long, value_name = "OPERATION")]
    pub except: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::Args)]
#[group(required = true, multiple = false)]
struct ProxyFlags {
    /// Print a file for the http block of nginx
    #[arg(long)]
    nginx: bool,
    /// Print a file to import into a site of Caddy
    #[arg(long)]
    caddy: bool,
    /// Print a file of dynamic configuration for Traefik 3, as YAML
    #[arg(long)]
    traefik: bool,
}

/// The kind of proxy to print a configuration for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proxy {
    /// nginx
    Nginx,
    /// Caddy
    Caddy,
    /// Traefik
    Traefik,
}

impl Routes {
    /// The kind of proxy. The command line has exactly one of the flags.
    #[must_use]
    pub fn proxy(&self) -> Proxy {
        match self.proxy {
            ProxyFlags { caddy: true, .. } => Proxy::Caddy,
            ProxyFlags { traefik: true, .. } => Proxy::Traefik,
            ProxyFlags { .. } => Proxy::Nginx,
        }
    }
}

/// Host and port of a server. Its text needs no quoting in the configuration of any proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(String);

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.rsplit_once(':').filter(|(host, port)| is_host(host) && is_port(port));
        parts.map(|_| Self(text.to_owned())).ok_or_else(|| {
            "allowed: a host name or an IP address and a port, such as 127.0.0.1:2283, immich:2283 or [::1]:2283"
                .to_owned()
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Names of containers may contain underscores.
fn is_host(text: &str) -> bool {
    if let Some(ip) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return ip.parse().is_ok_and(|ip: IpAddr| ip.is_ipv6());
    }
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c))
}

fn is_port(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit()) && text.parse().is_ok_and(|port: u16| port > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_host_and_a_port() {
        for text in ["127.0.0.1:2283", "immich_server:2283", "photos.example.com:80", "[::1]:65535"] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
        for text in ["", "immich", "immich:", ":2283", "immich:0", "immich:65536", "immich:+1", "::1:2283", "[::1]"] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_address_cannot_add_lines_or_directives_to_a_configuration() {
        for text in ["a;b:1", "a b:1", "a{}:1", "a\nb:1", "a\"b:1", "$a:1", "http://a:1", "[a]:1", "a/b:1", "a#b:1"] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }
}
