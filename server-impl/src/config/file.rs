//! Files that settings name.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;

use super::error::Problem;

/// The largest file that is read, in bytes.
const MAX_SIZE: u64 = 1024 * 1024;

/// The content of a file of at most 1 MiB.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Problem> {
    read_limited(path).map_err(|error| Problem::new(format!("cannot be read: {error}")))
}

/// The value of a setting in a file of its own, such as a secret of Docker: the content without line ends after it, as
/// a shell substitutes it.
pub(super) fn read_value(path: &Path) -> Result<OsString, Problem> {
    let mut content = read(path)?;
    let end = content.iter().rposition(|byte| !b"\r\n".contains(byte)).map_or(0, |last| last + 1);
    content.truncate(end);
    if content.is_empty() { Err(Problem::new("the file is empty")) } else { Ok(OsString::from_vec(content)) }
}

fn read_limited(path: &Path) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    File::open(path)?.take(MAX_SIZE + 1).read_to_end(&mut content)?;
    if content.len() as u64 > MAX_SIZE {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than 1 MiB"));
    }
    Ok(content)
}
