//! Errors: why there is no result.

use std::io;
use std::path::{Path, PathBuf};

/// Why there is no result, in one line.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchError {
    #[error("{path}: {source}", path = .path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("{path}: {source}", path = .path.display())]
    Json { path: PathBuf, source: serde_json::Error },
    #[error("{program}: {source}")]
    Start { program: String, source: io::Error },
    #[error("{program} failed: {output}")]
    Failed { program: String, output: String },
    #[error("could not read the output of {program}: {output}")]
    Output { program: &'static str, output: String },
    #[error("the server exited before it listened; see {log}", log = .0.display())]
    Silent(PathBuf),
    #[error("{request}: {reason}")]
    Request { request: String, reason: String },
    #[error("database: {0}")]
    Database(#[from] tokio_postgres::Error),
    #[error("the log of the database has no query from {0}")]
    NoQuery(&'static str),
    #[error("bcrypt: {0}")]
    Bcrypt(#[from] bcrypt::BcryptError),
    #[error("{0}")]
    System(#[from] io::Error),
    #[error("{0}")]
    Invalid(String),
}

impl BenchError {
    /// Adds the path to an error of a file.
    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }

    /// Adds the path to an error of a JSON file.
    pub(crate) fn json(path: &Path) -> impl FnOnce(serde_json::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Json { path, source }
    }
}
