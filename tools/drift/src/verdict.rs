//! What became of a mutant: which mechanism caught it, and in which words.

use serde_json::Value;
use std::fmt;
use std::process::{ExitStatus, Output};
use std::time::Duration;

/// What can catch a change of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mechanism {
    /// The overlay does not fit the document any more.
    OverlayMisfit,
    /// The templates do not support it, and the place is named.
    Refusal,
    /// A trait has a method that the implementation has not, or the other way round.
    Trait,
    /// A method takes or returns something else.
    Signature,
    /// A struct literal has a field too many or too few.
    StructLiteral,
    /// A match does not name every variant.
    Match,
    /// A name that the implementation uses is gone.
    Name,
    /// A value has another type.
    Type,
    /// Nothing but the pin.
    Pin,
    /// The generator or the formatter failed: caught, but not in words that help.
    GeneratorFailed,
    /// What is generated does not compile: caught, but not in words that help.
    GeneratedCode,
    /// It compiles.
    Nothing,
}

impl Mechanism {
    /// All, in the order in which they are listed.
    pub(crate) const ALL: [Self; 12] = [
        Self::OverlayMisfit,
        Self::Refusal,
        Self::Trait,
        Self::Signature,
        Self::StructLiteral,
        Self::Match,
        Self::Name,
        Self::Type,
        Self::Pin,
        Self::GeneratorFailed,
        Self::GeneratedCode,
        Self::Nothing,
    ];

    /// Whether who reads the message knows what to do.
    pub(crate) fn is_clear(self) -> bool {
        !matches!(self, Self::GeneratorFailed | Self::GeneratedCode | Self::Nothing)
    }

    /// By the code of the compiler's error, in the implementation (`rustc --explain` tells what each is).
    fn of_code(code: &str) -> Self {
        match code {
            "E0080" => Self::Pin,
            "E0046" | "E0407" | "E0437" | "E0438" | "E0404" | "E0405" => Self::Trait,
            "E0049" | "E0050" | "E0053" | "E0186" | "E0185" | "E0195" | "E0276" => Self::Signature,
            "E0063" | "E0559" | "E0560" | "E0062" => Self::StructLiteral,
            "E0004" | "E0005" | "E0023" | "E0026" | "E0027" => Self::Match,
            "E0412" | "E0422" | "E0423" | "E0425" | "E0432" | "E0433" | "E0531" | "E0532" | "E0574" | "E0599" => {
                Self::Name
            }
            _ => Self::Type,
        }
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::OverlayMisfit => "overlay misfit",
            Self::Refusal => "refusal",
            Self::Trait => "trait",
            Self::Signature => "signature",
            Self::StructLiteral => "struct literal",
            Self::Match => "match",
            Self::Name => "name",
            Self::Type => "type",
            Self::Pin => "pin",
            Self::GeneratorFailed => "generator failed",
            Self::GeneratedCode => "generated code",
            Self::Nothing => "compiles",
        })
    }
}

/// What became of a mutant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// What caught it. A pin is named only when nothing else did.
    pub(crate) mechanism: Mechanism,
    /// Whether a pin caught it, be it alone or beside others.
    pub(crate) is_pinned: bool,
    /// What was said first; empty when it compiles.
    pub(crate) message: String,
    pub(crate) elapsed: Duration,
}

/// Cargo failed for a reason that is none of the contract.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("cargo failed ({status}), and not because of the contract:\n{said}")]
pub(crate) struct VerdictError {
    /// How it ended: a signal says that it was stopped from outside.
    status: ExitStatus,
    /// What it wrote.
    said: String,
}

/// Reads what `cargo check --message-format json` wrote.
pub(crate) fn of(output: &Output, elapsed: Duration) -> Result<Verdict, VerdictError> {
    let judged = |mechanism, is_pinned, message| Verdict { mechanism, is_pinned, message, elapsed };
    if output.status.success() {
        return Ok(judged(Mechanism::Nothing, false, String::new()));
    }
    let errors = errors(&String::from_utf8_lossy(&output.stdout));
    let is_pinned = errors.iter().any(|error| error.mechanism == Mechanism::Pin);
    let telling = errors.iter().find(|error| error.mechanism != Mechanism::Pin).or(errors.first());
    if let Some(error) = telling {
        return Ok(judged(error.mechanism, is_pinned, error.message.clone()));
    }
    let text = String::from_utf8_lossy(&output.stderr);
    match build_script(&text) {
        Some((mechanism, message)) => Ok(judged(mechanism, false, message)),
        None => Err(VerdictError { status: output.status, said: text.into_owned() }),
    }
}

struct CompilerError {
    mechanism: Mechanism,
    message: String,
}

/// The compiler's errors, in its order.
fn errors(stdout: &str) -> Vec<CompilerError> {
    stdout
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|line| line["reason"] == "compiler-message" && line["message"]["level"] == "error")
        .filter_map(|line| {
            let package = line["package_id"].as_str()?;
            let message = &line["message"];
            let code = message["code"]["code"].as_str().unwrap_or_default();
            // "aborting due to 3 previous errors" is no error of its own.
            if code.is_empty() && message["spans"].as_array().is_none_or(Vec::is_empty) {
                return None;
            }
            let mechanism =
                if package.contains("immich-server") { Mechanism::of_code(code) } else { Mechanism::GeneratedCode };
            let text = message["message"].as_str().unwrap_or_default();
            let text = text.strip_prefix("evaluation panicked: ").unwrap_or(text);
            Some(CompilerError { mechanism, message: one_line(text, code, place(message).as_deref()) })
        })
        .collect()
}

/// Where the compiler points, if it is a file of the repository.
fn place(message: &Value) -> Option<String> {
    let span = message["spans"].as_array()?.iter().find(|span| span["is_primary"] == true)?;
    let file = span["file_name"].as_str().filter(|file| !file.starts_with('/'))?;
    Some(format!("{file}:{}", span["line_start"]))
}

fn one_line(text: &str, code: &str, place: Option<&str>) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let place = place.map(|place| format!(" ({place})")).unwrap_or_default();
    if code == "E0080" { text } else { format!("{code}: {text}{place}") }
}

/// What a failed build script said: see `immich_contract::generate::GenerateError`.
fn build_script(stderr: &str) -> Option<(Mechanism, String)> {
    let (_, said) = stderr.split_once("failed to run custom build command for")?;
    let (_, said) = said.split_once("--- stderr")?;
    let mut lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next()?;
    if let Some(misfit) = first.strip_prefix("spec/overlay.json: ") {
        return Some((Mechanism::OverlayMisfit, misfit.to_owned()));
    }
    if first.starts_with("spec/openapi.json, with its overlay applied, uses what the templates do not support") {
        return lines.next().filter(|line| line.starts_with('/')).map(|line| (Mechanism::Refusal, line.to_owned()));
    }
    // Without Java there is no verdict. Anything else that it dies of, it dies of because of this contract.
    let is_environment = first.starts_with("generated does not fit spec/openapi.json (");
    let telling = lines.find(|line| line.contains("rror") || line.contains("overflow")).unwrap_or_default();
    (!is_environment).then(|| (Mechanism::GeneratorFailed, format!("{first} {telling}").trim_end().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::os::unix::process::ExitStatusExt as _;

    fn output(status: i32, stdout: &[Value], stderr: &str) -> Output {
        let stdout = stdout.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n").into_bytes();
        Output { status: ExitStatus::from_raw(status << 8), stdout, stderr: stderr.as_bytes().to_vec() }
    }

    fn error(package: &str, code: &str, text: &str) -> Value {
        json!({"reason": "compiler-message", "package_id": format!("path+file:///a/{package}#{package}@0.1.0"), "message": {
            "level": "error", "code": {"code": code}, "message": text,
            "spans": [{"is_primary": true, "file_name": "server-impl/src/api/users.rs", "line_start": 7}],
        }})
    }

    fn judged(stdout: &[Value], stderr: &str) -> (Mechanism, bool, String) {
        let verdict = of(&output(101, stdout, stderr), Duration::ZERO).unwrap();
        (verdict.mechanism, verdict.is_pinned, verdict.message)
    }

    #[test]
    fn given_success_then_nothing_caught_it() {
        let verdict = of(&output(0, &[], "warning: something"), Duration::ZERO).unwrap();
        assert_eq!(verdict.mechanism, Mechanism::Nothing);
    }

    #[test]
    fn given_a_pin_and_a_type_then_the_type_is_named_and_the_pin_noted() {
        let pin = error("immich-server", "E0080", "evaluation panicked: schema User changed:\n  property a: added");
        let missing = error("immich-server", "E0063", "missing field `a`");
        let place = "(server-impl/src/api/users.rs:7)";
        assert_eq!(
            judged(&[pin.clone(), missing], ""),
            (Mechanism::StructLiteral, true, format!("E0063: missing field `a` {place}"))
        );
        let message = "schema User changed: property a: added".to_owned();
        assert_eq!(judged(&[pin], ""), (Mechanism::Pin, true, message));
    }

    #[test]
    fn given_an_error_in_what_is_generated_then_that_is_said() {
        let wrong = error("immich-api", "E0428", "defined twice");
        assert_eq!(judged(&[wrong], "").0, Mechanism::GeneratedCode);
    }

    #[test]
    fn given_a_failed_build_script_then_its_own_words_count() {
        let failed = |said: &str| {
            format!(
                "error: failed to run custom build command for `x`\n\nCaused by:\n  --- stdout\n  y\n\n  --- stderr\n\n{said}"
            )
        };
        let refusal = failed(
            "  spec/openapi.json, with its overlay applied, uses what the templates do not support:\n    /servers: none; add one\n",
        );
        assert_eq!(judged(&[], &refusal), (Mechanism::Refusal, false, "/servers: none; add one".to_owned()));
        let misfit = failed("  spec/overlay.json: overlay action 3: the target $.a matches nothing\n");
        let message = "overlay action 3: the target $.a matches nothing".to_owned();
        assert_eq!(judged(&[], &misfit), (Mechanism::OverlayMisfit, false, message));
        let crash = failed("  openapi-generator failed:\n  at x\n  SomeException: error in y\n");
        assert_eq!(judged(&[], &crash).0, Mechanism::GeneratorFailed);
        let overflow = failed("  thread 'main' has overflowed its stack\n  fatal runtime error: stack overflow\n");
        assert_eq!(judged(&[], &overflow).0, Mechanism::GeneratorFailed);
    }

    #[test]
    fn given_a_failure_that_is_not_the_contracts_then_it_is_no_verdict() {
        for stderr in [
            "error: no space left on device",
            "error: failed to run custom build command for `x`\n  --- stderr\n  generated does not fit spec/openapi.json (changed: contract), and Java could not be run\n",
        ] {
            assert!(of(&output(101, &[], stderr), Duration::ZERO).unwrap_err().to_string().contains("not because"));
        }
    }
}
