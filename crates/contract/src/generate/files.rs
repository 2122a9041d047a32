//! Reads and writes files. Every write is a rename, so that no process reads half a file.

use super::stamp::{self, Digests};
use super::{GenerateError, Layout, file_error};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Every file below a folder, by its path with `/`; empty when there is no such folder.
pub(super) fn read_folder(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, GenerateError> {
    let mut found = BTreeMap::new();
    if folder.is_dir() {
        walk(folder, "", &mut found)?;
    }
    Ok(found)
}

fn walk(folder: &Path, prefix: &str, found: &mut BTreeMap<String, Vec<u8>>) -> Result<(), GenerateError> {
    for entry in fs::read_dir(folder).map_err(file_error(folder))? {
        let entry = entry.map_err(file_error(folder))?;
        let path = entry.path();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if path.is_dir() {
            walk(&path, &format!("{name}/"), found)?;
        } else {
            found.insert(name, fs::read(&path).map_err(file_error(&path))?);
        }
    }
    Ok(())
}

/// Replaces the files of `generated/` with the fresh ones. Returns their digests.
pub(super) fn replace(
    generated: &Path,
    fresh: &BTreeMap<String, Vec<u8>>,
    document: &str,
) -> Result<Digests, GenerateError> {
    let source = generated.join("src");
    for (name, bytes) in fresh {
        write_if_changed(&source.join(name), bytes)?;
    }
    for orphan in read_folder(&source)?.keys().filter(|name| !fresh.contains_key(*name)) {
        let path = source.join(orphan);
        fs::remove_file(&path).map_err(file_error(&path))?;
        // A folder that is not empty stays.
        let _ = path.parent().map(fs::remove_dir);
    }
    write_if_changed(&generated.join("openapi.json"), format!("{document}\n").as_bytes())?;
    stamp::outputs(generated)
}

/// Writes a file by renaming a complete one over it, unless it already has this content.
///
/// # Errors
/// The file or its folder cannot be written.
pub fn write_if_changed(path: &Path, bytes: &[u8]) -> Result<(), GenerateError> {
    if fs::read(path).is_ok_and(|present| present == bytes) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(file_error(folder))?;
    }
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{}.new", std::process::id()));
    fs::write(&draft, bytes).map_err(file_error(path))?;
    fs::rename(&draft, path).map_err(file_error(path))
}

/// Sets the time of the written files to that of the newest input; otherwise cargo would see a change and build again.
pub(super) fn backdate(layout: &Layout) -> Result<(), GenerateError> {
    let templates: Vec<PathBuf> =
        read_folder(&layout.templates)?.keys().map(|name| layout.templates.join(name)).collect();
    let single = [Some(&layout.document), layout.overlay.as_ref(), Some(&layout.options)];
    let mut newest = SystemTime::UNIX_EPOCH;
    for path in single.into_iter().flatten().chain(&templates) {
        let modified = fs::metadata(path).and_then(|data| data.modified()).map_err(file_error(path))?;
        newest = newest.max(modified);
    }
    for name in stamp::outputs(&layout.generated)?.keys().map(String::as_str).chain(["contract.stamp"]) {
        let path = layout.generated.join(name);
        let file = File::options().append(true).open(&path).map_err(file_error(&path))?;
        file.set_modified(newest).map_err(file_error(&path))?;
    }
    Ok(())
}
