//! This server beside upstream: one database, and a reverse proxy that sends the operations of the contract here and all
//! other requests to upstream, which a stand-in replaces. `docs/beside.md` is for operators.

mod caddy;
mod database;
mod document;
mod keys;
mod listening;
mod revocations;
mod routing;
mod sessions;
mod settings;
mod stand_in;
mod traefik;
mod transport;

use std::net::SocketAddr;

use crate::harness::{Client, Database, Nginx, Program, Release, Request, Response, Server};
use stand_in::{SERVED_BY, StandIn};

const ANNA: &str = "22222222-2222-4222-8222-222222222222";
const ANNA_EMAIL: &str = "anna@immich.cloud";
const ANNA_PASSWORD: &str = "password1";
/// Anna's id at the identity provider.
const ANNA_OAUTH: &str = "oauth|anna";

/// Both servers on a database that upstream created, and nginx before them.
struct Deployment {
    server: Server,
    upstream: StandIn,
    nginx: Nginx,
}

impl Deployment {
    /// On a database of version 2.5.
    async fn start() -> Self {
        Self::on(Release::V2_5).await
    }

    async fn on(release: Release) -> Self {
        let database = Database::of_release(release).await;
        let server = Server::on(&database).start().await;
        let upstream = StandIn::on(&database).await;
        let routes = routes("--nginx", server.address(), upstream.address()).await.must_succeed().stdout;
        let nginx = Nginx::with_routes(&routes).await;
        Self { server, upstream, nginx }
    }

    /// A client of the site.
    fn client(&self) -> Client {
        self.nginx.client()
    }
}

/// A session's token or an API key's secret.
#[derive(Clone, Debug)]
enum Credential {
    Session(String),
    Key(String),
}

impl Credential {
    fn session(token: &str) -> Self {
        Self::Session(token.to_owned())
    }

    fn on(&self, request: Request) -> Request {
        match self {
            Self::Session(token) => request.bearer(token),
            Self::Key(secret) => request.api_key(secret),
        }
    }
}

/// `immich-server routes` for servers at these addresses.
fn routes(proxy: &str, server: SocketAddr, upstream: SocketAddr) -> Program {
    let (server, upstream) = (server.to_string(), upstream.to_string());
    Program::run(["routes", proxy, "--server", &server, "--upstream", &upstream])
}

fn is_of_upstream(response: &Response) -> bool {
    response.header(SERVED_BY.0) == Some(SERVED_BY.1)
}

#[track_caller]
fn text(value: &serde_json::Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("a text, not {value}")).to_owned()
}
