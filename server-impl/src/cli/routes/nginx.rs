//! nginx: upstream blocks and a map. Which server a request belongs to is decided by the map, from the request as the
//! client sent it (`$request_uri`), and not from nginx's normalized path: both servers see the raw path.

use super::{Route, heading};
use crate::cli::args::Routes;
use std::fmt::Write as _;

pub(super) fn configuration(routes: &[Route], arguments: &Routes) -> String {
    let mut text = heading(&[
        "Include this file in the http block. In the server block of the site, forward all requests with",
        "    proxy_pass http://$immich_backend;",
        "and set the headers Upgrade to $http_upgrade and Connection to $immich_connection.",
    ]);
    for (name, address) in [("immich_api", &arguments.server), ("immich_upstream", &arguments.upstream)] {
        _ = write!(text, "\nupstream {name} {{\n    server {address};\n    keepalive 8;\n}}\n");
    }
    text += "\nmap \"$request_method $request_uri\" $immich_backend {\n    default immich_upstream;\n";
    for Route { methods, path } in routes {
        _ = writeln!(text, "    \"~^(?:{}) (?i:{path})/?(?:[?#]|$)\" immich_api;", methods.join("|"));
    }
    text += "}\n\n# WebSockets need `Connection: upgrade`; without the header, nginx reuses connections.\n";
    text += "map $http_upgrade $immich_connection {\n    default upgrade;\n    \"\" \"\";\n}\n";
    text
}
