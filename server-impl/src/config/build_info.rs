//! Which build this is, as `GET /server/about` tells it.

use super::fault::Faulted;
use super::reader::Reader;
use super::setting::{DefaultValue, Setting};

const fn setting(name: &'static str, flag: &'static str, placeholder: &'static str, help: &'static str) -> Setting {
    Setting {
        name,
        flag,
        heading: "Build information, shown to users",
        placeholder,
        help,
        default: DefaultValue::Unset,
        secret: false,
    }
}

/// `IMMICH_BUILD`
pub(super) static BUILD: Setting = setting("IMMICH_BUILD", "build", "TEXT", "Name or number of the build");
/// `IMMICH_BUILD_URL`
pub(super) static BUILD_URL: Setting = setting("IMMICH_BUILD_URL", "build-url", "URL", "Page that describes the build");
/// `IMMICH_REPOSITORY`
pub(super) static REPOSITORY: Setting =
    setting("IMMICH_REPOSITORY", "repository", "TEXT", "Name of the source repository");
/// `IMMICH_REPOSITORY_URL`
pub(super) static REPOSITORY_URL: Setting =
    setting("IMMICH_REPOSITORY_URL", "repository-url", "URL", "Address of the source repository");
/// `IMMICH_SOURCE_REF`
pub(super) static SOURCE_REF: Setting =
    setting("IMMICH_SOURCE_REF", "source-ref", "TEXT", "Branch or tag the build was made from");
/// `IMMICH_SOURCE_COMMIT`
pub(super) static SOURCE_COMMIT: Setting =
    setting("IMMICH_SOURCE_COMMIT", "source-commit", "TEXT", "Commit the build was made from");
/// `IMMICH_SOURCE_URL`
pub(super) static SOURCE_URL: Setting =
    setting("IMMICH_SOURCE_URL", "source-url", "URL", "Address of the source the build was made from");

/// Which build this is; what nobody told is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildInfo {
    /// Name or number of the build.
    pub build: Option<String>,
    /// Page that describes the build.
    pub build_url: Option<String>,
    /// Name of the source repository.
    pub repository: Option<String>,
    /// Address of the source repository.
    pub repository_url: Option<String>,
    /// Branch or tag.
    pub source_ref: Option<String>,
    /// Commit.
    pub source_commit: Option<String>,
    /// Address of the source.
    pub source_url: Option<String>,
}

impl BuildInfo {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Faulted> {
        let build = reader.text(&BUILD);
        let build_url = reader.text(&BUILD_URL);
        let repository = reader.text(&REPOSITORY);
        let repository_url = reader.text(&REPOSITORY_URL);
        let source_ref = reader.text(&SOURCE_REF);
        let source_commit = reader.text(&SOURCE_COMMIT);
        let source_url = reader.text(&SOURCE_URL);
        Ok(Self {
            build: build?,
            build_url: build_url?,
            repository: repository?,
            repository_url: repository_url?,
            source_ref: source_ref?,
            source_commit: source_commit?,
            source_url: source_url?,
        })
    }
}
