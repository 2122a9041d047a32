//! Where mutants are tried: a copy of the repository and a target folder of its own, used for one after the other.

use crate::edit::NoSuchPlace;
use crate::seed::Seed;
use crate::verdict::{self, Verdict, VerdictError};
use immich_contract::generate::{GenerateError, write_if_changed};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Instant;

/// What is checked: what is generated, and what must follow it.
const PACKAGES: [&str; 2] = ["immich-api", "immich-server"];

/// Why a mutant could not be tried.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WorkshopError {
    /// A file could not be read, written or copied.
    #[error("{path}: {source}", path = .path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file of the copy could not be written.
    #[error(transparent)]
    Write(#[from] Box<GenerateError>),
    /// A program could not be run.
    #[error("{program}: {source}")]
    Program {
        /// Which one.
        program: String,
        /// What the system said.
        source: io::Error,
    },
    /// A program failed that is none of those that are tested.
    #[error("{program} failed:\n{output}")]
    Failed {
        /// Which one, with its arguments.
        program: &'static str,
        /// What it printed.
        output: String,
    },
    /// A mutant does not fit the contract.
    #[error("the mutant cannot be made: {0}")]
    Mutant(#[from] NoSuchPlace),
    /// Neither did it compile, nor is it clear why not.
    #[error(transparent)]
    Verdict(#[from] VerdictError),
}

/// A copy of the repository, with all that is needed to compile it.
pub(crate) struct Workshop {
    repository: PathBuf,
    target: PathBuf,
    /// The classes of the generator as Java loaded them, which saves a second of every run.
    classes: PathBuf,
    jar: OsString,
}

impl Workshop {
    /// Brings a copy of the repository at `root` into `folder` up to date.
    pub(crate) fn new(root: &Path, folder: &Path, classes: &Path, jar: &OsStr) -> Result<Self, WorkshopError> {
        let workshop = Self {
            repository: folder.join("repository"),
            target: folder.join("target"),
            classes: classes.to_owned(),
            jar: jar.to_owned(),
        };
        let files = tracked(root)?;
        for file in &files {
            let bytes = fs::read(root.join(file)).map_err(file_error(&root.join(file)))?;
            write_if_changed(&workshop.repository.join(file), &bytes).map_err(Box::new)?;
        }
        workshop.remove_all_but(&files, Path::new(""))?;
        Ok(workshop)
    }

    /// Takes over what another workshop has compiled, or what was compiled for the repository.
    pub(crate) fn take_over(&self, other: Option<&Self>, seed: &Seed) -> Result<(), WorkshopError> {
        match other {
            _ if self.target.exists() => Ok(()),
            Some(other) => copy_folder(&other.target, &self.target),
            None => seed.sow(&self.target),
        }
    }

    /// Regenerates from the contract as it is and compiles that, which must succeed.
    pub(crate) fn check_unchanged(&self) -> Result<Verdict, WorkshopError> {
        let classes = if self.classes.exists() { "SharedArchiveFile" } else { "ArchiveClassesAtExit" };
        self.check(classes, Some("1"))
    }

    /// Tries a document in the place of another: regenerates and compiles.
    pub(crate) fn check_with(&self, document: &str, text: &str) -> Result<Verdict, WorkshopError> {
        let path = self.repository.join(document);
        let original = fs::read(&path).map_err(file_error(&path))?;
        // Its new time tells cargo that there is something to do.
        fs::write(&path, text).map_err(file_error(&path))?;
        let verdict = self.check("SharedArchiveFile", None);
        // Nothing is run for the original, so the next mutant finds what is generated from this one, and replaces it.
        fs::write(&path, original).map_err(file_error(&path))?;
        verdict
    }

    fn check(&self, classes: &str, regenerate: Option<&str>) -> Result<Verdict, WorkshopError> {
        let started = Instant::now();
        let mut cargo = Command::new(cargo());
        cargo.current_dir(&self.repository).args(["check", "--locked", "--message-format", "json", "--target-dir"]);
        cargo.arg(&self.target);
        cargo.args(PACKAGES.iter().flat_map(|package| ["--package", package]));
        cargo.env("OPENAPI_GENERATOR_JAR", &self.jar);
        // Java before 13 does not know how to keep classes, and need not.
        let options = format!("-XX:+IgnoreUnrecognizedVMOptions -XX:{classes}={}", self.classes.display());
        cargo.env("JAVA_TOOL_OPTIONS", options);
        // Only what a mutant changes is compiled again; a setting of CI that forbids it would cost more than it saves.
        cargo.env("CARGO_INCREMENTAL", "1").env("CARGO_TERM_COLOR", "never");
        match regenerate {
            Some(value) => cargo.env("IMMICH_REGENERATE", value),
            None => cargo.env_remove("IMMICH_REGENERATE"),
        };
        let output = run("cargo check", &mut cargo)?;
        Ok(verdict::of(&output, started.elapsed())?)
    }

    /// Removes what the repository no longer has.
    fn remove_all_but(&self, files: &[PathBuf], below: &Path) -> Result<(), WorkshopError> {
        let folder = self.repository.join(below);
        for entry in fs::read_dir(&folder).map_err(file_error(&folder))? {
            let entry = entry.map_err(file_error(&folder))?;
            let relative = below.join(entry.file_name());
            if entry.path().is_dir() {
                self.remove_all_but(files, &relative)?;
            } else if !files.contains(&relative) {
                fs::remove_file(entry.path()).map_err(file_error(&entry.path()))?;
            }
        }
        Ok(())
    }
}

/// The cargo that runs this program, or the one on the path.
pub(crate) fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Runs a program to its end.
pub(crate) fn run(name: &str, command: &mut Command) -> Result<Output, WorkshopError> {
    command.output().map_err(|source| WorkshopError::Program { program: name.to_owned(), source })
}

/// Runs a program that must succeed, and returns what it printed.
pub(crate) fn printed(name: &'static str, command: &mut Command) -> Result<String, WorkshopError> {
    let output = run(name, command)?;
    if !output.status.success() {
        let output = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(WorkshopError::Failed { program: name, output });
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The files of the repository, changed and new ones as they are, without what git is told to ignore.
fn tracked(root: &Path) -> Result<Vec<PathBuf>, WorkshopError> {
    let mut git = Command::new("git");
    git.current_dir(root).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]);
    let names = printed("git ls-files", &mut git)?;
    let paths = names.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from);
    // What was deleted and not yet committed is still listed.
    Ok(paths.filter(|path| root.join(path).is_file()).collect())
}

/// Copies a folder with the times of its files, by which cargo tells what is up to date.
fn copy_folder(from: &Path, to: &Path) -> Result<(), WorkshopError> {
    fs::create_dir_all(to).map_err(file_error(to))?;
    for entry in fs::read_dir(from).map_err(file_error(from))? {
        let entry = entry.map_err(file_error(from))?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy_folder(&from, &to)?;
            continue;
        }
        fs::copy(&from, &to).map_err(file_error(&from))?;
        let modified = fs::metadata(&from).and_then(|data| data.modified()).map_err(file_error(&from))?;
        let times = || File::options().append(true).open(&to)?.set_modified(modified);
        // A read-only file keeps its new time: cargo has none of those.
        match times() {
            Err(error) if error.kind() != io::ErrorKind::PermissionDenied => return Err(file_error(&to)(error)),
            _ => {}
        }
    }
    Ok(())
}

pub(crate) fn file_error(path: &Path) -> impl FnOnce(io::Error) -> WorkshopError + '_ {
    move |source| WorkshopError::File { path: path.to_owned(), source }
}
