//! The schema `ServerAboutResponseDto`.

use serde::{Deserialize, Serialize};

/// `ServerAboutResponseDto`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerAboutResponseDto {
    /// Server version
    pub version: String,
    /// URL to version information
    pub version_url: String,
    /// Repository name
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// Repository URL
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository_url: Option<String>,
    /// Source reference (branch/tag)
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_ref: Option<String>,
    /// Source commit hash
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_commit: Option<String>,
    /// Source URL
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_url: Option<String>,
    /// Build identifier
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<String>,
    /// Build URL
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_url: Option<String>,
    /// Node.js version
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nodejs: Option<String>,
    /// Build image name
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_image: Option<String>,
    /// Build image URL
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_image_url: Option<String>,
    /// ExifTool version
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exiftool: Option<String>,
    /// FFmpeg version
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ffmpeg: Option<String>,
    /// ImageMagick version
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imagemagick: Option<String>,
    /// libvips version
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub libvips: Option<String>,
    /// Whether the server is licensed
    pub licensed: bool,
    /// Third-party bug/feature URL
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub third_party_bug_feature_url: Option<String>,
    /// Third-party documentation URL
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub third_party_documentation_url: Option<String>,
    /// Third-party source URL
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub third_party_source_url: Option<String>,
    /// Third-party support URL
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub third_party_support_url: Option<String>,
}
