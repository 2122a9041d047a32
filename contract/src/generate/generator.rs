//! Running openapi-generator, pinned by the hash of its jar.

use super::{GenerateError, file_error, files, stamp};
use crate::Annotated;
use serde_json::json;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The version that is pinned.
pub(super) const VERSION: &str = "7.26.0";
/// SHA-256 of its jar, as the wheel `openapi-generator-cli` of this version holds it.
pub(super) const SHA256: &str = "1760050094997b9cc790cc1350be095f15da8c08a996b184d3eadc4ccda5e35e";

/// Supporting files that our templates make; the generator's own are not wanted.
const SUPPORTING: &str =
    "apis.rs,lib.rs,mock.rs,models.rs,operation.rs,permission.rs,pins.rs,router.rs,security.rs,server.rs";

/// Runs the generator and formats what came out. Returns the files below `src/`.
pub(super) fn run(
    root: &Path,
    scratch: &Path,
    annotated: &Annotated,
    reason: &str,
) -> Result<BTreeMap<String, Vec<u8>>, GenerateError> {
    let jar = jar(root, reason)?;
    let out = scratch.join("generator");
    if out.exists() {
        fs::remove_dir_all(&out).map_err(file_error(&out))?;
    }
    fs::create_dir_all(&out).map_err(file_error(&out))?;
    let document = out.join("annotated.json");
    fs::write(&document, annotated.document.to_string()).map_err(file_error(&document))?;
    let options = options(root, &out, annotated)?;
    let mut java = Command::new("java");
    java.args(["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]);
    // A list cannot be given as `--global-property`, which takes commas for its own.
    java.arg(format!("-DsupportingFiles={SUPPORTING}"));
    java.arg("-jar").arg(&jar).arg("generate");
    java.arg("-i").arg(&document).arg("-c").arg(&options).arg("-o").arg(&out);
    java.args(["--global-property", "models,apis,modelDocs=false,apiDocs=false,modelTests=false,apiTests=false"]);
    execute("openapi-generator", &mut java, reason)?;
    let source = out.join("src");
    format(root, &source, reason)?;
    files::read_folder(&source)
}

/// The jar, checked. Looked for where `make generate` puts it, or where `OPENAPI_GENERATOR_JAR` says.
fn jar(root: &Path, reason: &str) -> Result<PathBuf, GenerateError> {
    let missing = |missing: String| GenerateError::CannotGenerate { reason: reason.to_owned(), missing };
    let path = std::env::var_os("OPENAPI_GENERATOR_JAR")
        .map_or_else(|| root.join(format!(".tools/openapi-generator-{VERSION}.jar")), PathBuf::from);
    let bytes =
        fs::read(&path).map_err(|_| missing(format!("openapi-generator {VERSION} is not at {}", path.display())))?;
    let hash = stamp::sha256(&bytes);
    if hash != SHA256 {
        return Err(missing(format!(
            "{} is not openapi-generator {VERSION}: its SHA-256 is {hash}, not {SHA256}",
            path.display()
        )));
    }
    Ok(path)
}

/// The options of `spec/generator.yaml` with what differs from run to run. JSON is YAML, so it is simply added.
fn options(root: &Path, out: &Path, annotated: &Annotated) -> Result<PathBuf, GenerateError> {
    let spec = root.join("spec");
    let source = spec.join("generator.yaml");
    let text = fs::read_to_string(&source).map_err(file_error(&source))?;
    let added = json!({"contract": annotated.facts});
    let folder = json!(spec.join("templates"));
    let path = out.join("options.yaml");
    fs::write(&path, format!("{text}\ntemplateDir: {folder}\nadditionalProperties: {added}\n"))
        .map_err(file_error(&path))?;
    Ok(path)
}

fn format(root: &Path, source: &Path, reason: &str) -> Result<(), GenerateError> {
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.arg("--config-path").arg(root.join("rustfmt.toml"));
    let names = files::read_folder(source)?;
    let is_rust = |name: &&String| Path::new(name.as_str()).extension() == Some(OsStr::new("rs"));
    rustfmt.args(names.keys().filter(is_rust).map(|name| source.join(name)));
    execute("rustfmt", &mut rustfmt, reason)
}

fn execute(program: &'static str, command: &mut Command, reason: &str) -> Result<(), GenerateError> {
    let output = command.output().map_err(|error| GenerateError::CannotGenerate {
        reason: reason.to_owned(),
        missing: match command.get_program().to_str() {
            Some("java") => format!("Java could not be run ({error})"),
            _ => format!("rustfmt could not be run ({error}); rustup component add rustfmt installs it"),
        },
    })?;
    if output.status.success() {
        return Ok(());
    }
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let lines: Vec<&str> = text.lines().collect();
    let end = lines[lines.len().saturating_sub(40)..].join("\n");
    Err(GenerateError::Failed { program, output: end })
}
