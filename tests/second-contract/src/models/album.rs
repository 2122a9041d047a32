//! The schema `Album`.

use serde::{Deserialize, Serialize};

/// `Album`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Album {
    /// `id`
    pub id: uuid::Uuid,
    /// `name`
    pub name: String,
    /// `description`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "swagger::nullable_format::deserialize_optional_nullable")]
    pub description: Option<swagger::Nullable<String>>,
    /// `birthDate`
    pub birth_date: swagger::Nullable<immich_wire::Date>,
    /// `visibility`
    pub visibility: crate::models::AlbumVisibility,
    /// `order`
    pub order: immich_wire::Open<crate::models::SortOrder>,
    /// `rating`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "swagger::nullable_format::deserialize_optional_nullable")]
    pub rating: Option<swagger::Nullable<i32>>,
    /// `labels`
    pub labels: crate::models::Counts,
    /// `meta`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meta: Option<immich_wire::Object>,
    /// `extra`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra: Option<serde_json::Value>,
    /// `scores`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scores: Option<Vec<swagger::Nullable<f64>>>,
    /// `cover`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "swagger::nullable_format::deserialize_optional_nullable")]
    pub cover: Option<swagger::Nullable<crate::models::Shape>>,
    /// `createdAt`
    pub created_at: immich_wire::Timestamp,
}
