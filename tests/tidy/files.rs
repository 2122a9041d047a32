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

/// Whether this is Rust that only tests compile: by its name, or because its parent declares it under `#[cfg(test)]`.
pub(crate) fn is_test_code(path: &str) -> bool {
    static DECLARED: OnceLock<Vec<String>> = OnceLock::new();
    let declared = DECLARED.get_or_init(|| below("", ".rs").flat_map(test_modules_of).collect());
    path.contains("/tests/") || path.ends_with("/tests.rs") || declared.iter().any(|file| file == path)
}

/// The files of the modules that this file declares for tests only.
fn test_modules_of(path: &str) -> Vec<String> {
    let folder = ["/mod.rs", "/lib.rs", "/main.rs"].iter().find_map(|end| path.strip_suffix(end));
    let folder = folder.unwrap_or(path.trim_end_matches(".rs"));
    let text = read(path);
    let declared =
        text.split("#[cfg(test)]\n").skip(1).filter_map(|rest| rest.trim_start().strip_prefix("mod ")?.split_once(';'));
    declared.map(|(name, _)| format!("{folder}/{name}.rs")).collect()
}
