//! The paths that the build step reads and writes.

use super::generator::VERSION;
use std::path::{Path, PathBuf};

/// The files and folders of a contract and of the crate that is generated from it.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The folder that paths in messages are relative to.
    pub root: PathBuf,
    /// The contract.
    pub document: PathBuf,
    /// The overlay, if the contract has one.
    pub overlay: Option<PathBuf>,
    /// Options of the generator.
    pub options: PathBuf,
    /// Templates of the generator.
    pub templates: PathBuf,
    /// Options of the formatter.
    pub rustfmt: PathBuf,
    /// The pinned generator.
    pub generator: PathBuf,
    /// Whether to regenerate a crate that is up to date, too.
    pub regenerate: bool,
    /// The folder of the crate that is generated: `src/`, `openapi.json` and `contract.stamp` in it belong to the
    /// build step.
    pub generated: PathBuf,
    /// The command that regenerates, for messages.
    pub command: &'static str,
}

impl Layout {
    /// The contract of the repository: `spec/`, generated into `generated/`.
    ///
    /// Two environment variables are read: `OPENAPI_GENERATOR_JAR`, where the generator is if not in `.tools/`, and
    /// `IMMICH_REGENERATE=1`.
    #[must_use]
    pub fn of_repository(root: &Path) -> Self {
        let spec = root.join("spec");
        Self {
            root: root.to_owned(),
            document: spec.join("openapi.json"),
            overlay: Some(spec.join("overlay.json")),
            options: spec.join("generator.yaml"),
            templates: spec.join("templates"),
            rustfmt: root.join("rustfmt.toml"),
            generator: std::env::var_os("OPENAPI_GENERATOR_JAR")
                .map_or_else(|| root.join(format!(".tools/openapi-generator-{VERSION}.jar")), PathBuf::from),
            regenerate: std::env::var_os("IMMICH_REGENERATE").is_some_and(|value| value == "1"),
            generated: root.join("generated"),
            command: "make generate",
        }
    }

    /// Another contract for the same templates, in a separate crate: `openapi.json` and perhaps `overlay.json` in
    /// its `spec/`.
    #[must_use]
    pub fn of_crate(root: &Path, krate: &Path) -> Self {
        let spec = krate.join("spec");
        let overlay = Some(spec.join("overlay.json")).filter(|overlay| overlay.exists());
        Self { document: spec.join("openapi.json"), overlay, generated: krate.to_owned(), ..Self::of_repository(root) }
    }

    /// The environment variables that are read.
    pub const VARIABLES: [&str; 2] = ["IMMICH_REGENERATE", "OPENAPI_GENERATOR_JAR"];

    /// Every path whose change may require regeneration: inputs and outputs.
    pub fn watched(&self) -> impl Iterator<Item = PathBuf> {
        let read = [&self.document, &self.options, &self.templates, &self.rustfmt].into_iter().cloned();
        // A new overlay changes its folder.
        let overlay = self.overlay.clone().or_else(|| self.document.parent().map(Path::to_owned));
        let written = ["src", "openapi.json", "contract.stamp"].map(|name| self.generated.join(name));
        read.chain(overlay).chain(written)
    }

    /// A path as messages show it.
    pub(super) fn shown<'p>(&self, path: &'p Path) -> std::path::Display<'p> {
        path.strip_prefix(&self.root).unwrap_or(path).display()
    }

    /// The sources for the generated documentation; those in the crate are relative to it.
    pub(super) fn sources(&self) -> String {
        let shown = |path: &Path| match path.strip_prefix(&self.generated) {
            Ok(own) => own.display().to_string(),
            Err(_) => self.shown(path).to_string(),
        };
        match &self.overlay {
            Some(overlay) => format!("`{}` and `{}`", shown(&self.document), shown(overlay)),
            None => format!("`{}`", shown(&self.document)),
        }
    }
}
