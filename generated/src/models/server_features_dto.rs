//! The schema `ServerFeaturesDto`.

use serde::{Deserialize, Serialize};

/// `ServerFeaturesDto`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "given by the contract")]
#[serde(rename_all = "camelCase")]
pub struct ServerFeaturesDto {
    /// Whether password login is enabled
    pub password_login: bool,
    /// The configuration comes from a file
    pub config_file: bool,
    /// Duplicates are detected
    pub duplicate_detection: bool,
    /// E-mail notifications are sent
    pub email: bool,
    /// Faces are recognised
    pub facial_recognition: bool,
    /// Faces are imported from metadata
    pub import_faces: bool,
    /// The map is enabled
    pub map: bool,
    /// OAuth is enabled
    pub oauth: bool,
    /// OAuth starts by itself
    pub oauth_auto_launch: bool,
    /// Text in images is recognised
    pub ocr: bool,
    /// Coordinates become place names
    pub reverse_geocoding: bool,
    /// Search is enabled
    pub search: bool,
    /// Sidecar files are read
    pub sidecar: bool,
    /// Smart search is enabled
    pub smart_search: bool,
    /// The trash is enabled
    pub trash: bool,
}
