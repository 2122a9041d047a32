//! What cargo has built of packages from elsewhere for the repository, so that a workshop need not build it again.

use crate::workshop::{WorkshopError, file_error};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// What was built for the repository, and whose it is.
#[derive(Debug)]
pub(crate) struct Seed {
    built: PathBuf,
    /// The names of the repository's own crates: a workshop builds these from its copy.
    own: Vec<String>,
}

impl Seed {
    /// `target` is the repository's target folder, `metadata` what `cargo metadata` says of the repository.
    pub(crate) fn new(target: &Path, metadata: &Value) -> Self {
        let targets = |package: &Value| package["targets"].as_array().cloned().unwrap_or_default();
        let name = |value: &Value| value["name"].as_str().map(as_in_file_names);
        let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
        let own = packages
            .iter()
            .flat_map(|package| targets(package).iter().chain([package]).filter_map(name).collect::<Vec<_>>());
        Self { built: target.join("debug"), own: own.collect() }
    }

    /// Links into a new target folder what was built of packages from elsewhere: cargo never writes into such a file,
    /// it puts another in its place.
    pub(crate) fn sow(&self, target: &Path) -> Result<(), WorkshopError> {
        for folder in ["deps", "build", ".fingerprint"] {
            let from = self.built.join(folder);
            if !from.exists() {
                continue;
            }
            for entry in fs::read_dir(&from).map_err(file_error(&from))? {
                let entry = entry.map_err(file_error(&from))?;
                if !self.is_own(&entry.file_name().to_string_lossy()) {
                    link(&entry.path(), &target.join("debug").join(folder).join(entry.file_name()))?;
                }
            }
        }
        Ok(())
    }

    /// Files are named `<crate>-<hash>…`, libraries `lib<crate>-<hash>…`.
    fn is_own(&self, name: &str) -> bool {
        let crate_name = name.rsplit_once('-').map_or(name, |(krate, _)| krate);
        let crate_name = as_in_file_names(crate_name);
        let bare = crate_name.strip_prefix("lib").unwrap_or(&crate_name);
        self.own.iter().any(|own| *own == crate_name || own == bare)
    }
}

fn as_in_file_names(name: &str) -> String {
    name.replace('-', "_")
}

fn link(from: &Path, to: &Path) -> Result<(), WorkshopError> {
    if from.is_dir() {
        fs::create_dir_all(to).map_err(file_error(to))?;
        for entry in fs::read_dir(from).map_err(file_error(from))? {
            let entry = entry.map_err(file_error(from))?;
            link(&entry.path(), &to.join(entry.file_name()))?;
        }
        return Ok(());
    }
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(file_error(folder))?;
    }
    // Where files cannot be linked, a copy does: cargo may take it for stale, and build that package again.
    fs::hard_link(from, to).or_else(|_| fs::copy(from, to).map(drop)).map_err(file_error(from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn given_files_of_own_crates_then_they_are_told_from_those_of_others_with_like_names() {
        let metadata = json!({"packages": [{
            "name": "immich-wire",
            "targets": [{"name": "immich_wire"}, {"name": "build-script-build"}],
        }]});
        let seed = Seed::new(Path::new("target"), &metadata);
        for own in ["immich-wire-0f", "libimmich_wire-0f.rmeta", "immich_wire-0f.d", "libimmich_wire-0f.rlib"] {
            assert!(seed.is_own(own), "{own}");
        }
        for other in ["immich-wires-0f", "libwire-0f.rlib", "serde_json-0f.d", "libserde-0f.rmeta", "serde-json-0f"] {
            assert!(!seed.is_own(other), "{other}");
        }
    }
}
