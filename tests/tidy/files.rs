//! The files of the repository.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The paths of all files that git tracks or would track, relative to the root, sorted.
pub(crate) fn tracked() -> &'static [String] {
    static PATHS: OnceLock<Vec<String>> = OnceLock::new();
    PATHS.get_or_init(|| {
        let list = Command::new("git")
            .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
            .current_dir(ROOT)
            .output()
            .expect("these tests need git on the PATH");
        assert!(list.status.success(), "these tests need a clone: {}", String::from_utf8_lossy(&list.stderr));
        let names = String::from_utf8(list.stdout).expect("paths are UTF-8");
        let exist = |name: &&str| !name.is_empty() && Path::new(ROOT).join(name).is_file();
        let mut paths: Vec<String> = names.split('\0').filter(exist).map(str::to_owned).collect();
        paths.sort();
        paths.dedup();
        assert!(paths.len() > 300, "git lists only {} files", paths.len());
        paths
    })
}

pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(path)).unwrap_or_else(|error| panic!("cannot read {path}: {error}"))
}

/// The tracked files below a folder (`"crates/"`) whose names end so (`".rs"`).
pub(crate) fn below(folder: &'static str, extension: &'static str) -> impl Iterator<Item = &'static str> {
    tracked().iter().map(String::as_str).filter(move |path| path.starts_with(folder) && path.ends_with(extension))
}

/// Whether the generator wrote this file.
pub(crate) fn is_generated(path: &str) -> bool {
    (path.starts_with("generated/") && path != "generated/Cargo.toml") || path.starts_with("tests/second-contract/src/")
}

/// Whether this is Rust that only tests compile.
pub(crate) fn is_test_code(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("/tests.rs")
}
