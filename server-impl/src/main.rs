//! `immich-server`: see `immich-server --help`.

// As in the library.
#![recursion_limit = "256"]

use std::process::ExitCode;

fn main() -> ExitCode {
    immich_server::cli::main(std::env::args_os())
}
