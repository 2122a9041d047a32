//! Finds the installed Postgres: the folder that contains `initdb` and `postgres`.
//!
//! If the operator names a folder, only that one is used. Otherwise the search order is `PATH`, the output of
//! `pg_config --bindir`, the folders of the distributions' packages, newest first, and the package in the data folder.
//! An existing cluster needs the major version that created it.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::{Output, Stdio},
    time::Duration,
};

use super::{account::Account, error::PostgresError, package};

/// Older versions are past their end of life, and would not notice backends left over from a killed postmaster
/// without `postmaster.pid`.
const OLDEST_MAJOR: u32 = 14;

/// A program prints its version at once.
const PROBE_TIMEOUT: Duration = Duration::from_secs(10);

/// Where packages install: a folder, how the names in it begin, and the folder of the programs below them.
const PACKAGED: [(&str, &str, &str); 8] = [
    ("/usr/lib/postgresql", "", "bin"),                          // Debian, Ubuntu
    ("/usr", "pgsql-", "bin"),                                   // PostgreSQL's own packages for Fedora, RHEL
    ("/usr/libexec", "postgresql", ""),                          // Alpine
    ("/usr/lib64", "postgresql-", "bin"),                        // Gentoo
    ("/opt/homebrew/opt", "postgresql@", "bin"),                 // Homebrew on Apple silicon
    ("/usr/local/opt", "postgresql@", "bin"),                    // Homebrew on Intel
    ("/home/linuxbrew/.linuxbrew/opt", "postgresql@", "bin"),    // Homebrew on Linux
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"), // Postgres.app
];

/// The programs of one installed Postgres.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Binaries {
    dir: PathBuf,
    pub(super) major: u32,
}

impl Binaries {
    pub(super) fn initdb(&self) -> PathBuf {
        self.dir.join("initdb")
    }

    pub(super) fn postgres(&self) -> PathBuf {
        self.dir.join("postgres")
    }

    /// Finds the programs for an existing cluster (its folder and major version), or for a new one. `setting` names the
    /// folder.
    pub(super) async fn find(
        named: Option<&Path>,
        data_dir: &Path,
        cluster: Option<(&Path, u32)>,
        account: &Account,
        setting: &'static str,
    ) -> Result<Self, PostgresError> {
        let mut usable = Vec::new();
        let mut rejected = String::new();
        if let Some(dir) = named {
            let found = Self::probe(dir, account).await;
            let unusable = |reason| PostgresError::UnusableBinaries { setting, dir: dir.to_owned(), reason };
            usable.push(found.map_err(unusable)?);
        } else {
            for dir in candidates(data_dir).await {
                match Self::probe(&dir, account).await {
                    Ok(binaries) => usable.push(binaries),
                    Err(reason) => rejected.extend(["; ", &dir.to_string_lossy(), ": ", &reason]),
                }
                // The first that fits is used: do not probe the others.
                if usable.last().is_some_and(|found| cluster.is_none_or(|(_, major)| found.major == major)) {
                    break;
                }
            }
        }
        choose(usable, cluster)?.ok_or_else(|| PostgresError::NoBinaries {
            command: package::install_command(data_dir, &search_path()),
            setting,
            rejected,
        })
    }

    /// Runs `postgres --version` in a folder, as the account that will run it.
    async fn probe(dir: &Path, account: &Account) -> Result<Self, String> {
        if let Some(missing) = ["initdb", "postgres"].iter().find(|name| !dir.join(name).is_file()) {
            return Err(format!("it does not contain `{missing}`"));
        }
        let postgres = dir.join("postgres");
        let output = run(&postgres, "--version", Some(account)).await?;
        let text = String::from_utf8_lossy(&output.stdout);
        match major_of(&text) {
            Some(major) if major >= OLDEST_MAJOR => Ok(Self { dir: dir.to_owned(), major }),
            Some(major) => Err(format!("Postgres {major} is too old: at least {OLDEST_MAJOR} is required")),
            None => Err(format!("`postgres --version` printed \"{}\", which is not a version", text.trim())),
        }
    }
}

/// The first of the usable programs that fits the cluster; none if there are no usable programs.
fn choose(usable: Vec<Binaries>, cluster: Option<(&Path, u32)>) -> Result<Option<Binaries>, PostgresError> {
    let installed: BTreeSet<u32> = usable.iter().map(|found| found.major).collect();
    let fitting = usable.into_iter().find(|found| cluster.is_none_or(|(_, major)| found.major == major));
    match (fitting, cluster) {
        (None, Some((folder, cluster))) if !installed.is_empty() => Err(PostgresError::VersionMismatch {
            folder: folder.to_owned(),
            cluster,
            found: installed.iter().map(u32::to_string).collect::<Vec<_>>().join(", "),
        }),
        (fitting, _) => Ok(fitting),
    }
}

fn search_path() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).filter(|dir| dir.is_absolute()).collect()
}

/// The folders that hold a `postgres`, best first.
async fn candidates(data_dir: &Path) -> Vec<PathBuf> {
    let mut dirs = search_path();
    if let Ok(output) = run(Path::new("pg_config"), "--bindir", None).await {
        dirs.push(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    }
    for (parent, prefix, below) in PACKAGED {
        dirs.extend(installed(Path::new(parent), prefix, below));
    }
    dirs.push(PathBuf::from("/usr/local/pgsql/bin")); // from source
    dirs.push(package::programs(data_dir));
    let mut seen = BTreeSet::new();
    dirs.retain(|dir| dir.join("postgres").is_file() && seen.insert(dir.clone()));
    dirs
}

/// The versions installed side by side below one folder, newest first.
fn installed(parent: &Path, prefix: &str, below: &str) -> Vec<PathBuf> {
    let entries = parent.read_dir().into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let name = entry.file_name();
            let major = leading_number(name.to_str()?.strip_prefix(prefix)?)?;
            Some((major, entry.path().join(below)))
        })
        .collect();
    versions.sort_by(|one, other| other.cmp(one));
    versions.into_iter().map(|(_, dir)| dir).collect()
}

/// The major version in what `postgres --version` prints, such as `postgres (PostgreSQL) 15.18 (Debian 15.18-0)`.
fn major_of(text: &str) -> Option<u32> {
    leading_number(text.trim().strip_prefix("postgres (PostgreSQL) ")?)
}

/// The number a text begins with: a major version, in a folder's name or in `PG_VERSION`.
pub(super) fn leading_number(text: &str) -> Option<u32> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().ok()
}

async fn run(program: &Path, argument: &str, account: Option<&Account>) -> Result<Output, String> {
    let mut command = std::process::Command::new(program);
    command.arg(argument).stdin(Stdio::null());
    if let Some(account) = account {
        account.apply(command.current_dir("/"));
    }
    let mut command = tokio::process::Command::from(command);
    let output = tokio::time::timeout(PROBE_TIMEOUT, command.kill_on_drop(true).output()).await;
    match output {
        Err(_) => Err(format!("`{} {argument}` did not finish in time", program.display())),
        Ok(Err(error)) => Err(format!("cannot run `{}`: {error}", program.display())),
        Ok(Ok(output)) if output.status.success() => Ok(output),
        Ok(Ok(output)) => Err(format!("`{} {argument}` failed: {}", program.display(), output.status)),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    const SETTING: &str = "APP_POSTGRES_BIN_DIR";

    fn version(major: u32) -> Binaries {
        Binaries { dir: PathBuf::from(format!("/usr/lib/postgresql/{major}/bin")), major }
    }

    #[test]
    fn without_any_programs_none_is_chosen() {
        assert_eq!(choose(Vec::new(), None).unwrap(), None);
        assert_eq!(choose(Vec::new(), Some((Path::new("/data/postgres"), 15))).unwrap(), None);
    }

    /// The machine that runs this test has no Postgres of the year 9999, so only the folder of the package is left.
    #[tokio::test]
    async fn the_package_in_the_data_folder_is_searched_last() {
        let data_dir = tempfile::tempdir().unwrap();
        std::fs::set_permissions(data_dir.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let programs = package::programs(data_dir.path());
        std::fs::create_dir_all(&programs).unwrap();
        for name in ["initdb", "postgres"] {
            let path = programs.join(name);
            std::fs::write(&path, "#!/bin/sh\necho 'postgres (PostgreSQL) 9999.1'\n").unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        let account = Account::choose(data_dir.path(), &data_dir.path().join("postgres")).unwrap();
        let cluster = data_dir.path().join("postgres");

        let found = Binaries::find(None, data_dir.path(), Some((&cluster, 9999)), &account, SETTING).await.unwrap();

        assert_eq!(found, Binaries { dir: programs.clone(), major: 9999 });
        assert_eq!(candidates(data_dir.path()).await.pop(), Some(programs));
    }

    #[test]
    fn a_new_cluster_gets_the_first_that_was_found() {
        let found = choose(vec![version(16), version(17)], None).unwrap().unwrap();
        assert_eq!(found.major, 16);
    }

    #[test]
    fn an_existing_cluster_gets_the_programs_of_its_version() {
        let cluster = Path::new("/data/postgres");
        let found = choose(vec![version(17), version(15)], Some((cluster, 15))).unwrap().unwrap();
        assert_eq!(found.major, 15);
    }

    #[test]
    fn a_cluster_of_a_version_that_is_not_installed_is_refused_with_both_versions_named() {
        let cluster = Path::new("/data/postgres");
        let error = choose(vec![version(17), version(15)], Some((cluster, 14))).unwrap_err().to_string();
        assert!(error.contains("Postgres 14, which is not installed (installed: 15, 17)"), "{error}");
        assert!(error.contains("/data/postgres"), "{error}");
    }

    #[test]
    fn the_major_version_is_read_from_what_postgres_prints() {
        assert_eq!(major_of("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(major_of("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(major_of("something else"), None);
    }

    #[test]
    fn versions_side_by_side_come_newest_first() {
        let parent = tempfile::tempdir().unwrap();
        for name in ["9.6", "15", "17", "common"] {
            std::fs::create_dir(parent.path().join(name)).unwrap();
        }
        let expected: Vec<PathBuf> =
            ["17", "15", "9.6"].iter().map(|name| parent.path().join(name).join("bin")).collect();
        assert_eq!(installed(parent.path(), "", "bin"), expected);
    }
}
