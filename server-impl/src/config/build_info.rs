//! Build information, as `GET /server/about` shows it.

use super::error::Invalid;
use super::reader::{Reader, read_fields};
use super::table::{
    IMMICH_BUILD, IMMICH_BUILD_URL, IMMICH_REPOSITORY, IMMICH_REPOSITORY_URL, IMMICH_SOURCE_COMMIT, IMMICH_SOURCE_REF,
    IMMICH_SOURCE_URL,
};

/// Build information; each field is optional.
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
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Invalid> {
        read_fields!(Self {
            build: reader.optional(IMMICH_BUILD),
            build_url: reader.optional(IMMICH_BUILD_URL),
            repository: reader.optional(IMMICH_REPOSITORY),
            repository_url: reader.optional(IMMICH_REPOSITORY_URL),
            source_ref: reader.optional(IMMICH_SOURCE_REF),
            source_commit: reader.optional(IMMICH_SOURCE_COMMIT),
            source_url: reader.optional(IMMICH_SOURCE_URL),
        })
    }
}
