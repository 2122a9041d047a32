//! The schema `ADbWords`.

use immich_wire::Object;
use immich_wire::rules::{self, Fields, FromObject, Violations};
use serde::{Deserialize, Serialize};

/// `ADbWords`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "given by the contract")]
#[serde(rename_all = "camelCase")]
pub struct ADbWords {
    /// `type`
    pub r#type: String,
    /// `self`
    pub self_: String,
    /// `fields`
    pub fields: String,
    /// `object`
    pub object: String,
    /// `device_os`
    #[serde(rename = "device_os")]
    pub device_os: String,
    /// `URL`
    #[serde(rename = "URL")]
    pub url: String,
    /// `+1`
    #[serde(rename = "+1")]
    pub plus_one: i64,
    /// `say "hi"`
    #[serde(rename = "say \"hi\"")]
    pub say_hi: String,
    /// `odd`
    pub odd: crate::models::Odd,
    /// `a`
    pub a: bool,
    /// `b`
    pub b: bool,
    /// `c`
    pub c: bool,
    /// `d`
    pub d: bool,
    /// `e`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub e: Option<bool>,
    /// `name`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `names`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub names: Option<String>,
}

impl FromObject for ADbWords {
    fn from_object(object: &Object, violations: &mut Violations) -> Option<Self> {
        let mut fields = Fields::new(object, violations);
        let type_ = fields.required("type", &rules::Text::new());
        let self_ = fields.required("self", &rules::Text::new());
        let fields_ = fields.required("fields", &rules::Text::new());
        let object = fields.required("object", &rules::Text::new());
        let device_os = fields.required("device_os", &rules::Text::new());
        let url = fields.required("URL", &rules::Text::new());
        let plus_one = fields.required("+1", &rules::Integer::new());
        let say_hi = fields.required("say \"hi\"", &rules::Text::new());
        let odd = fields.required("odd", &rules::OneOf::<crate::models::Odd>::new());
        let a = fields.required("a", &rules::Flag::new());
        let b = fields.required("b", &rules::Flag::new());
        let c = fields.required("c", &rules::Flag::new());
        let d = fields.required("d", &rules::Flag::new());
        let e = fields.optional("e", &rules::Flag::new());
        let name = fields.optional("name", &rules::Text::new());
        let names = fields.optional("names", &rules::Text::new());
        Some(Self {
            r#type: type_?,
            self_: self_?,
            fields: fields_?,
            object: object?,
            device_os: device_os?,
            url: url?,
            plus_one: plus_one?,
            say_hi: say_hi?,
            odd: odd?,
            a: a?,
            b: b?,
            c: c?,
            d: d?,
            e: e?,
            name: name?,
            names: names?,
        })
    }
}
