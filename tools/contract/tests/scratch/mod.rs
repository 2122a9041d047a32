//! A copy of the repository to try things on, with the real cargo and the real generator.
#![allow(dead_code, reason = "each test program uses a part of it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The copy, as the working tree is now. There is one at a time; builds of other packages are kept for the next.
pub(crate) struct Scratch {
    root: PathBuf,
    target: PathBuf,
}

impl Scratch {
    pub(crate) fn new() -> Self {
        let ours = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        let folder = ours.join("scratch");
        let scratch = Self { root: folder.join("repository"), target: folder.join("target") };
        if !scratch.target.exists() {
            seed(&ours.join("debug"), &scratch.target.join("debug"));
        }
        let _ = fs::remove_dir_all(&scratch.root);
        for name in files() {
            let path = scratch.root.join(&name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::copy(repository().join(&name), &path).unwrap();
        }
        let made = scratch.run("git init --quiet && git add --all");
        assert!(made.status.success(), "{made:?}");
        scratch
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Replaces a text, which must be there.
    pub(crate) fn replace(&self, name: &str, old: &str, new: &str) {
        let text = self.read(name);
        assert!(text.contains(old), "{name} lacks {old}");
        fs::write(self.path(name), text.replacen(old, new, 1)).unwrap();
    }

    /// Runs a command in the copy. Its output is plain text in one stream, as on a terminal.
    pub(crate) fn run(&self, command: &str) -> Output {
        let mut shell = Command::new("bash");
        shell.args(["-c", &format!("exec 2>&1\n{command}")]).current_dir(&self.root).stdin(Stdio::null());
        // Variables that cargo and make set for this test would mislead another cargo and another make.
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            let is_cargos = name.starts_with("CARGO_") && !["CARGO_HOME", "CARGO_INCREMENTAL"].contains(&name.as_str());
            if is_cargos || name.starts_with("MAKE") || name == "MFLAGS" {
                shell.env_remove(&name);
            }
        }
        let jar = repository().join(".tools/openapi-generator-7.26.0.jar");
        if std::env::var_os("OPENAPI_GENERATOR_JAR").is_none() {
            shell.env("OPENAPI_GENERATOR_JAR", jar);
        }
        shell.env("CARGO_TARGET_DIR", &self.target).env("CARGO_TERM_COLOR", "never").output().unwrap()
    }
}

pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap()
}

/// The files that git has or would add.
fn files() -> Vec<String> {
    let list = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
        .current_dir(repository())
        .output()
        .unwrap();
    assert!(list.status.success(), "{list:?}");
    let names = String::from_utf8(list.stdout).unwrap();
    let names = names.split('\0').filter(|name| !name.is_empty() && repository().join(name).is_file());
    names.map(str::to_owned).collect()
}

/// Links the builds of other packages, so that they are not built again. Cargo never writes into such a file; those of
/// the repository's own crates it would take for builds of the copy.
fn seed(from: &Path, to: &Path) {
    let own = own_crates(&fs::read_to_string(repository().join("Cargo.lock")).unwrap());
    for folder in ["deps", "build", ".fingerprint"] {
        for entry in fs::read_dir(from.join(folder)).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if !is_of(&own, &name) {
                link(&entry.path(), &to.join(folder).join(name));
            }
        }
    }
}

/// The crates of a lock file that have no source: those of the repository.
pub(crate) fn own_crates(lock: &str) -> Vec<String> {
    let packages = lock.split("[[package]]").filter(|package| !package.contains("\nsource = "));
    packages
        .filter_map(|package| package.split_once("name = \"")?.1.split_once('"'))
        .map(|(name, _)| name.replace('-', "_"))
        .collect()
}

/// Whether a file was built of one of these crates: `<crate>-<hash>…`, libraries `lib<crate>-<hash>…`.
pub(crate) fn is_of(crates: &[String], file: &str) -> bool {
    let name = file.rsplit_once('-').map_or(file, |(name, _)| name).replace('-', "_");
    crates.iter().any(|own| *own == name || name.strip_prefix("lib") == Some(own))
}

fn link(from: &Path, to: &Path) {
    if from.is_dir() {
        for entry in fs::read_dir(from).into_iter().flatten().flatten() {
            link(&entry.path(), &to.join(entry.file_name()));
        }
    } else if let Some(folder) = to.parent() {
        // A file that cannot be linked is built again.
        let _ = fs::create_dir_all(folder).and_then(|()| fs::hard_link(from, to));
    }
}
