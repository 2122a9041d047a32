//! Caddy: the directives of a site. `handle` blocks exclude each other, so that the order of directives does not matter.

use super::{Route, heading};
use crate::cli::args::Routes;
use std::fmt::Write as _;

pub(super) fn configuration(routes: &[Route], arguments: &Routes) -> String {
    let mut text = heading(&["Import this file into the site."]);
    text += "\n@immich_api expression `\n";
    for (index, Route { methods, path }) in routes.iter().enumerate() {
        let or = if index == 0 { "  " } else { "||" };
        let methods: Vec<_> = methods.iter().map(|method| format!("'{method}'")).collect();
        _ = writeln!(text, "\t{or} (method({}) && path_regexp(r'^(?i:{path})/?$'))", methods.join(", "));
    }
    text += "`\n";
    for (matcher, address) in [("@immich_api ", &arguments.server), ("", &arguments.upstream)] {
        _ = write!(text, "handle {matcher}{{\n\treverse_proxy {address}\n}}\n");
    }
    text
}
