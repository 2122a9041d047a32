//! Every operation of the contract goes to this server, and every other request to upstream.
//!
//! `tests/fixtures/upstream_operations.txt` lists the operations of upstream 2.5.6, 2.7.5 and 3.0.3.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use bytes::Bytes;
use http::Response;
use http_body_util::Full;
use immich_api::{BASE_PATH, Operation};

use super::listening::Listening;
use super::routes;
use crate::harness::{Client, Nginx, Program};

const ID: &str = "5e7a1c0d-3c52-4d0e-9a55-0b7f2d9e6a41";

/// A request, and whether it belongs to this server.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) is_ours: bool,
}

/// Two servers that report which requests they receive: in place of this server, and of upstream.
pub(super) struct Recorders {
    ours: Listening,
    upstream: Listening,
}

impl Recorders {
    pub(super) async fn start() -> Self {
        Self { ours: recorder("ours").await, upstream: recorder("upstream").await }
    }

    /// The configuration of a proxy before both.
    pub(super) async fn routes(&self, proxy: &str) -> String {
        self.routes_with(proxy, &[]).await
    }

    async fn routes_with(&self, proxy: &str, options: &[&str]) -> String {
        let printed = routes(proxy, self.ours.address(), self.upstream.address()).and(options.iter().copied()).await;
        printed.must_succeed().stdout
    }
}

async fn recorder(name: &'static str) -> Listening {
    let respond = move |request: http::Request<_>| async move {
        let response = Response::builder().header("x-recorder", name).header("x-target", request.uri().to_string());
        response.body(Full::new(Bytes::new())).expect("the headers are valid")
    };
    Listening::start(respond).await
}

/// The lines `METHOD path` of the fixture.
fn operations_of_upstream() -> Vec<(&'static str, &'static str)> {
    let lines = include_str!("../fixtures/upstream_operations.txt").lines();
    let operations: Vec<_> = lines.filter_map(|line| line.split_once(' ')).collect();
    assert!(operations.len() > 250, "{operations:?}");
    operations
}

/// Every operation of upstream, in each form that both servers accept.
pub(super) fn requests() -> Vec<Sent> {
    let ours: BTreeSet<_> =
        Operation::ALL.iter().map(|operation| (operation.method().as_str(), operation.path())).collect();
    let mut requests = Vec::new();
    let mut found = BTreeSet::new();
    for operation in operations_of_upstream() {
        let (method, template) = operation;
        let is_ours = ours.contains(&operation);
        found.extend(is_ours.then_some(operation));
        let path = format!("{BASE_PATH}{}", with_parameters(template));
        let methods = [method].into_iter().chain((method == "GET").then_some("HEAD"));
        for method in methods {
            for target in [
                path.clone(),
                format!("{path}/"),
                path.to_uppercase(),
                format!("{path}?x=/api/users/me"),
                format!("{path}/?"),
            ] {
                requests.push(Sent { method: method.to_owned(), target, is_ours });
            }
        }
    }
    assert_eq!(found, ours, "the fixture has all operations of the contract");
    requests
}

fn with_parameters(template: &str) -> String {
    let segments = template.split('/').map(|segment| if segment.starts_with('{') { ID } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

/// Requests that are no operation of ours, although they resemble one.
fn resembling() -> Vec<Sent> {
    let mut requests = Vec::new();
    for operation in Operation::ALL {
        let path = format!("{BASE_PATH}{}", with_parameters(operation.path()));
        for target in
            [format!("{path}/x"), format!("{path}//"), format!("{path}.json"), format!("/x{path}"), format!("/{path}")]
        {
            let method = operation.method().to_string();
            requests.push(Sent { method, target, is_ours: false });
        }
        for method in ["OPTIONS", "PATCH"] {
            requests.push(Sent { method: method.to_owned(), target: path.clone(), is_ours: false });
        }
    }
    for target in [
        "/",
        "/photos",
        "/photos?next=/api/users/me",
        "/.well-known/immich",
        "/custom.css",
        "/api",
        "/api/docs",
        "/api/openapi.json",
        "/api/socket.io/?EIO=4&transport=polling",
        // No id, so that they can be operations of a later version.
        "/api/users/statistics",
        "/api/api-keys/00000000-0000-0000-0000-000000000000",
        // Both servers compare the path as it was sent.
        "/api/%75sers/me",
        "/api/./users/me",
        "/api/albums/../users/me",
    ] {
        requests.push(Sent { method: "GET".to_owned(), target: target.to_owned(), is_ours: false });
    }
    requests
}

/// Sends all requests through a proxy. Each must arrive unchanged, at the server that it belongs to.
pub(super) async fn must_route(proxy: SocketAddr, requests: &[Sent]) {
    let client = Client::new(proxy);
    // nginx closes a connection after 1,000 requests.
    for requests in requests.chunks(1_000) {
        let mut connection = client.connect().await;
        for Sent { method, target, is_ours } in requests {
            let response = client.raw(method, target).over(&mut connection).await.expect("the proxy responds");
            let expected = if *is_ours { "ours" } else { "upstream" };
            assert_eq!(response.header("x-recorder"), Some(expected), "{response}");
            assert_eq!(response.header("x-target"), Some(target.as_str()), "{response}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nginx_sends_the_operations_of_the_contract_here_and_all_others_of_upstream_there() {
    let recorders = Recorders::start().await;
    let nginx = Nginx::with_routes(&recorders.routes("--nginx").await).await;

    let requests = requests();
    assert!(requests.iter().filter(|sent| sent.is_ours).count() >= 5 * Operation::ALL.len());
    must_route(nginx.client().address(), &requests).await;
    // nginx forwards a fragment, which both servers ignore.
    let response = nginx.client().raw("POST", &format!("{BASE_PATH}/auth/login#x")).await;
    assert_eq!(response.header("x-recorder"), Some("ours"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nginx_sends_requests_that_only_resemble_an_operation_to_upstream() {
    let recorders = Recorders::start().await;
    let nginx = Nginx::with_routes(&recorders.routes("--nginx").await).await;

    must_route(nginx.client().address(), &resembling()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_excepted_operation_goes_to_upstream() {
    let recorders = Recorders::start().await;
    let nginx = Nginx::with_routes(&recorders.routes_with("--nginx", &["--except", "getServerVersion"]).await).await;

    let sent = |method: &str, path: &str, is_ours| Sent { method: method.to_owned(), target: path.to_owned(), is_ours };
    let requests = [
        sent("GET", "/api/server/version", false),
        sent("HEAD", "/api/server/version", false),
        sent("GET", "/api/server/about", true),
    ];
    must_route(nginx.client().address(), &requests).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_operation_or_address_is_rejected() {
    let unknown = Program::run(["routes", "--nginx", "--except", "serverVersion"]).await;
    let message = unknown.must_fail_in_one_line();
    assert!(message.contains("--except serverVersion: the contract has no such operation; it has "), "{message}");
    assert!(message.contains("getServerVersion"), "{message}");

    let address = Program::run(["routes", "--nginx", "--server", "127.0.0.1:1; } evil {"]).await;
    assert_eq!((address.code, address.stdout.as_str()), (Some(2), ""), "{address:?}");
    assert!(address.stderr.contains("allowed: a host name or an IP address and a port"), "{address:?}");
}

#[test]
fn no_other_operation_of_upstream_has_a_route_in_this_server() {
    for Sent { method, target, is_ours } in requests() {
        let path = target.split('?').next().unwrap_or_default();
        let method = method.parse().expect("a method");
        assert_eq!(immich_api::route(&method, path).is_some(), is_ours, "{method} {target}");
    }
}
