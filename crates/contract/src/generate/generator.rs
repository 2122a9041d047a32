//! Running openapi-generator, pinned by the hash of its jar.

use super::{GenerateError, Layout, file_error, files, stamp};
use crate::{Annotated, skeleton};
use serde_json::json;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The version that is pinned.
pub(super) const VERSION: &str = "7.26.0";
/// SHA-256 of its jar, as the wheel `openapi-generator-cli` of this version contains it.
pub(super) const SHA256: &str = "1760050094997b9cc790cc1350be095f15da8c08a996b184d3eadc4ccda5e35e";

/// Supporting files of our templates, instead of the generator's own.
const SUPPORTING: &str =
    "apis.rs,lib.rs,mock.rs,models.rs,operation.rs,permission.rs,pins.rs,router.rs,security.rs,server.rs";

/// Runs the generator and formats its output. Returns the files below `src/`.
pub(super) fn run(
    layout: &Layout,
    scratch: &Path,
    annotated: &Annotated,
    reason: &str,
) -> Result<BTreeMap<String, Vec<u8>>, GenerateError> {
    let run = Run { layout, reason };
    let jar = run.jar()?;
    let out = scratch.join("generator");
    if out.exists() {
        fs::remove_dir_all(&out).map_err(file_error(&out))?;
    }
    fs::create_dir_all(&out).map_err(file_error(&out))?;
    let document = out.join("annotated.json");
    fs::write(&document, annotated.document().to_string()).map_err(file_error(&document))?;
    let options = run.options(&out, annotated)?;
    let mut java = Command::new("java");
    java.args(["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]);
    // `--global-property` cannot take a list: it splits values at commas.
    java.arg(format!("-DsupportingFiles={SUPPORTING}"));
    java.arg("-jar").arg(jar).arg("generate");
    java.arg("-i").arg(&document).arg("-c").arg(&options).arg("-o").arg(&out);
    java.args(["--global-property", "models,apis,modelDocs=false,apiDocs=false,modelTests=false,apiTests=false"]);
    run.execute("openapi-generator", &mut java)?;
    let source = out.join("src");
    for (from, to) in skeleton::file_names(&annotated.facts) {
        let from = source.join(from);
        fs::rename(&from, source.join(to)).map_err(file_error(&from))?;
    }
    run.format(&source)?;
    files::read_folder(&source)
}

/// The inputs of a run, and its reason.
struct Run<'r> {
    layout: &'r Layout,
    reason: &'r str,
}

impl Run<'_> {
    fn missing(&self, missing: String) -> GenerateError {
        GenerateError::CannotGenerate {
            generated: self.layout.shown(&self.layout.generated).to_string(),
            document: self.layout.shown(&self.layout.document).to_string(),
            command: self.layout.command,
            reason: self.reason.to_owned(),
            missing,
        }
    }

    /// The jar, checked.
    fn jar(&self) -> Result<&Path, GenerateError> {
        let path = self.layout.generator.as_path();
        let bytes = fs::read(path)
            .map_err(|_| self.missing(format!("openapi-generator {VERSION} is not at {}", path.display())))?;
        let hash = stamp::sha256(&bytes);
        if hash != SHA256 {
            return Err(self.missing(format!(
                "{} is not openapi-generator {VERSION}: its SHA-256 is {hash}, not {SHA256}",
                path.display()
            )));
        }
        Ok(path)
    }

    /// The committed options and those of this run. JSON is YAML, so they are appended.
    fn options(&self, out: &Path, annotated: &Annotated) -> Result<PathBuf, GenerateError> {
        let source = &self.layout.options;
        let text = fs::read_to_string(source).map_err(file_error(source))?;
        let mut facts = annotated.facts.clone();
        facts["sources"] = json!(self.layout.sources());
        facts["command"] = json!(self.layout.command);
        let added = json!({"contract": facts});
        let folder = json!(self.layout.templates);
        let path = out.join("options.yaml");
        fs::write(&path, format!("{text}\ntemplateDir: {folder}\nadditionalProperties: {added}\n"))
            .map_err(file_error(&path))?;
        Ok(path)
    }

    fn format(&self, source: &Path) -> Result<(), GenerateError> {
        let mut rustfmt = Command::new("rustfmt");
        rustfmt.arg("--config-path").arg(&self.layout.rustfmt);
        let names = files::read_folder(source)?;
        let is_rust = |name: &&String| Path::new(name.as_str()).extension() == Some(OsStr::new("rs"));
        rustfmt.args(names.keys().filter(is_rust).map(|name| source.join(name)));
        self.execute("rustfmt", &mut rustfmt)
    }

    fn execute(&self, program: &'static str, command: &mut Command) -> Result<(), GenerateError> {
        let output = command.output().map_err(|error| {
            self.missing(match command.get_program().to_str() {
                Some("java") => format!("could not run Java ({error})"),
                _ => format!("could not run rustfmt ({error}); install it with `rustup component add rustfmt`"),
            })
        })?;
        if output.status.success() {
            return Ok(());
        }
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let lines: Vec<&str> = text.lines().collect();
        let end = lines[lines.len().saturating_sub(40)..].join("\n");
        Err(GenerateError::Failed { program, output: end })
    }
}
