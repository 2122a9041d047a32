//! Traefik 3: routers and services of a dynamic configuration file.

use super::{Route, heading};
use crate::cli::args::Routes;
use std::fmt::Write as _;

pub(super) fn configuration(routes: &[Route], arguments: &Routes) -> String {
    let mut text =
        heading(&["Load this file with the file provider. The routers accept every host on the default entry points."]);
    let mut rule = String::new();
    for (index, Route { methods, path }) in routes.iter().enumerate() {
        let or = if index == 0 { "" } else { "        || " };
        let methods: Vec<_> = methods.iter().map(|method| format!("Method(`{method}`)")).collect();
        _ = writeln!(rule, "{or}(({}) && PathRegexp(`^(?i:{path})/?$`))", methods.join(" || "));
    }
    _ = write!(
        text,
        "
http:
  routers:
    immich-api:
      rule: >-
        {rule}      priority: 2
      service: immich-api
    immich-upstream:
      rule: PathPrefix(`/`)
      priority: 1
      service: immich-upstream
  services:
    immich-api:
      loadBalancer:
        servers:
          - url: http://{}
    immich-upstream:
      loadBalancer:
        servers:
          - url: http://{}
",
        arguments.server, arguments.upstream
    );
    text
}
