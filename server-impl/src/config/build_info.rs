//! Build information, as `GET /server/about` shows it.

use super::error::Invalid;
use super::reader::{Reader, read_fields};
use super::table::{
    IMMICH_BUILD, IMMICH_BUILD_IMAGE, IMMICH_BUILD_IMAGE_URL, IMMICH_BUILD_URL, IMMICH_REPOSITORY,
    IMMICH_REPOSITORY_URL, IMMICH_SOURCE_COMMIT, IMMICH_SOURCE_REF, IMMICH_SOURCE_URL,
    IMMICH_THIRD_PARTY_BUG_FEATURE_URL, IMMICH_THIRD_PARTY_DOCUMENTATION_URL, IMMICH_THIRD_PARTY_SOURCE_URL,
    IMMICH_THIRD_PARTY_SUPPORT_URL,
};

/// Build information; each field is optional.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildInfo {
    /// Name or number of the build.
    pub build: Option<String>,
    /// Page that describes the build.
    pub build_url: Option<String>,
    /// Name of the container image.
    pub build_image: Option<String>,
    /// Page that describes the container image.
    pub build_image_url: Option<String>,
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
    /// Address of the source of a modified distribution.
    pub third_party_source_url: Option<String>,
    /// Page for reporting problems of that distribution.
    pub third_party_bug_feature_url: Option<String>,
    /// Documentation of that distribution.
    pub third_party_documentation_url: Option<String>,
    /// Page for support with that distribution.
    pub third_party_support_url: Option<String>,
}

impl BuildInfo {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Invalid> {
        read_fields!(Self {
            build: reader.optional(IMMICH_BUILD),
            build_url: reader.optional(IMMICH_BUILD_URL),
            build_image: reader.optional(IMMICH_BUILD_IMAGE),
            build_image_url: reader.optional(IMMICH_BUILD_IMAGE_URL),
            repository: reader.optional(IMMICH_REPOSITORY),
            repository_url: reader.optional(IMMICH_REPOSITORY_URL),
            source_ref: reader.optional(IMMICH_SOURCE_REF),
            source_commit: reader.optional(IMMICH_SOURCE_COMMIT),
            source_url: reader.optional(IMMICH_SOURCE_URL),
            third_party_source_url: reader.optional(IMMICH_THIRD_PARTY_SOURCE_URL),
            third_party_bug_feature_url: reader.optional(IMMICH_THIRD_PARTY_BUG_FEATURE_URL),
            third_party_documentation_url: reader.optional(IMMICH_THIRD_PARTY_DOCUMENTATION_URL),
            third_party_support_url: reader.optional(IMMICH_THIRD_PARTY_SUPPORT_URL),
        })
    }
}
