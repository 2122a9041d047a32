//! `immich-server`: see `immich-server --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    immich_server::cli::main(std::env::args_os())
}
