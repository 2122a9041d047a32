//! The schema `AlbumCreate`.

use immich_wire::Object;
use immich_wire::rules::{self, Fields, FromObject, Violations};
use serde::{Deserialize, Serialize};

/// `AlbumCreate`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AlbumCreate {
    /// `name`
    pub name: String,
    /// `description`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "swagger::nullable_format::deserialize_optional_nullable")]
    pub description: Option<swagger::Nullable<String>>,
    /// `birthDate`
    pub birth_date: swagger::Nullable<immich_wire::Date>,
    /// `visibility`
    pub visibility: crate::models::AlbumCreateVisibility,
    /// `order`
    pub order: crate::models::SortOrder,
    /// `rating`
    pub rating: swagger::Nullable<i32>,
    /// `quota`
    pub quota: i64,
    /// `latitude`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latitude: Option<f64>,
    /// `greeting`
    pub greeting: String,
    /// `members`
    pub members: Vec<crate::models::Member>,
    /// `moods`
    pub moods: Vec<crate::models::AlbumCreateMoods>,
    /// `labels`
    pub labels: std::collections::BTreeMap<String, i64>,
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
    /// `slug`
    pub slug: String,
}

impl FromObject for AlbumCreate {
    fn from_object(object: &Object, violations: &mut Violations) -> Option<Self> {
        let mut fields = Fields::new(object, violations);
        let name = fields.required("name", &rules::Text::new().min_length(1).max_length(20));
        let description = fields.optional("description", &rules::OrNull::new(rules::Text::new()));
        let birth_date = fields.required("birthDate", &rules::OrNull::new(rules::Day::new()));
        let visibility = fields.optional("visibility", &rules::OneOf::<crate::models::AlbumCreateVisibility>::new());
        let order = fields.optional("order", &rules::OneOf::<crate::models::SortOrder>::new());
        let rating = fields.optional("rating", &rules::OrNull::new(rules::Int32::new().minimum(-1).maximum(5)));
        let quota = fields.optional("quota", &rules::Integer::new());
        let latitude = fields.optional("latitude", &rules::Number::new().minimum(-90.0).maximum(90.0));
        let greeting = fields.optional("greeting", &rules::Text::new());
        let members = fields.optional("members", &rules::List::new(rules::Nested::<crate::models::Member>::new()));
        let moods = fields.optional("moods", &rules::Choices::<crate::models::AlbumCreateMoods>::new());
        let labels = fields.required("labels", &rules::Map::new(rules::Integer::new().minimum(0)));
        let meta = fields.optional("meta", &rules::AnyObject::new());
        let extra = fields.optional("extra", &rules::AnyValue::new());
        let scores = fields.optional("scores", &rules::List::new(rules::OrNull::new(rules::Number::new())));
        let cover = fields.optional("cover", &rules::OrNull::new(rules::Nested::<crate::models::Shape>::new()));
        let slug = fields.required("slug", &rules::Text::new().max_length(8).without_nul().lowercase().type_first());
        Some(Self {
            name: name?,
            description: description?,
            birth_date: birth_date?,
            visibility: visibility?.unwrap_or(crate::models::AlbumCreateVisibility::Private),
            order: order?.unwrap_or(crate::models::SortOrder::Desc),
            rating: rating?.unwrap_or(swagger::Nullable::Null),
            quota: quota?.unwrap_or(1_000_000),
            latitude: latitude?,
            greeting: greeting?.unwrap_or_else(|| "hello".to_owned()),
            members: members?.unwrap_or_default(),
            moods: moods?.unwrap_or_else(|| vec![crate::models::AlbumCreateMoods::Happy]),
            labels: labels?,
            meta: meta?,
            extra: extra?,
            scores: scores?,
            cover: cover?,
            slug: slug?,
        })
    }
}
