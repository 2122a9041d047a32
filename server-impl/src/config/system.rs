//! The system configuration: what an administrator of upstream sets in its web page or its configuration file.
//!
//! Only what the contract's answers depend on is read. Names and defaults are upstream's.

use std::fmt;

use serde_json::Value;

/// The largest number of days: clients may use 32-bit integers.
const MAX_DAYS: u32 = i32::MAX as u32;

/// The system configuration, with upstream's defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "upstream has a switch for each")]
pub struct SystemConfig {
    /// `passwordLogin.enabled`: whether users may log in with a password.
    pub password_login_enabled: bool,
    /// `server.*`
    pub server: ServerConfig,
    /// `user.deleteDelay`: days from the deletion of a user to the deletion of the data; at least 1.
    pub user_delete_delay_days: u32,
    /// `trash.*`
    pub trash: TrashConfig,
    /// `oauth.*`
    pub oauth: OauthConfig,
    /// `map.*`
    pub map: MapConfig,
    /// `reverseGeocoding.enabled`
    pub reverse_geocoding_enabled: bool,
    /// `machineLearning.*`
    pub machine_learning: MachineLearningConfig,
    /// `metadata.faces.import`
    pub import_faces: bool,
    /// `notifications.smtp.enabled`
    pub smtp_enabled: bool,
}

/// `server.*`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerConfig {
    /// `server.loginPageMessage`
    pub login_page_message: String,
    /// `server.publicUsers`: whether users may list one another.
    pub public_users: bool,
    /// `server.externalDomain`
    pub external_domain: String,
}

/// `trash.*`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrashConfig {
    /// `trash.enabled`
    pub enabled: bool,
    /// `trash.days`
    pub days: u32,
}

/// `oauth.*`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OauthConfig {
    /// `oauth.enabled`
    pub enabled: bool,
    /// `oauth.autoLaunch`
    pub auto_launch: bool,
    /// `oauth.buttonText`
    pub button_text: String,
}

/// `map.*`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapConfig {
    /// `map.enabled`
    pub enabled: bool,
    /// `map.lightStyle`: address of a style.
    pub light_style: String,
    /// `map.darkStyle`: address of a style.
    pub dark_style: String,
}

/// `machineLearning.*`, as configured: the methods of [`SystemConfig`] combine these switches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "upstream has a switch for each")]
pub struct MachineLearningConfig {
    /// `machineLearning.enabled`
    pub enabled: bool,
    /// `machineLearning.clip.enabled`
    pub clip: bool,
    /// `machineLearning.facialRecognition.enabled`
    pub facial_recognition: bool,
    /// `machineLearning.duplicateDetection.enabled`
    pub duplicate_detection: bool,
    /// `machineLearning.ocr.enabled`
    pub ocr: bool,
}

impl Default for SystemConfig {
    fn default() -> Self {
        Self {
            password_login_enabled: true,
            server: ServerConfig {
                login_page_message: String::new(),
                public_users: true,
                external_domain: String::new(),
            },
            user_delete_delay_days: 7,
            trash: TrashConfig { enabled: true, days: 30 },
            oauth: OauthConfig { enabled: false, auto_launch: false, button_text: "Login with OAuth".to_owned() },
            map: MapConfig {
                enabled: true,
                light_style: "https://tiles.immich.cloud/v1/style/light.json".to_owned(),
                dark_style: "https://tiles.immich.cloud/v1/style/dark.json".to_owned(),
            },
            reverse_geocoding_enabled: true,
            machine_learning: MachineLearningConfig {
                enabled: true,
                clip: true,
                facial_recognition: true,
                duplicate_detection: true,
                ocr: true,
            },
            import_faces: false,
            smtp_enabled: false,
        }
    }
}

impl SystemConfig {
    /// Replaces values by the configured ones. Unknown keys are ignored: upstream has many more.
    ///
    /// Returns the configured values that are not valid. Such a value replaces nothing.
    pub fn apply(&mut self, partial: &Value) -> InvalidValues {
        let mut reader = PartialReader { root: partial, invalid: Vec::new() };
        reader.boolean("passwordLogin.enabled", &mut self.password_login_enabled);
        reader.text("server.loginPageMessage", &mut self.server.login_page_message);
        reader.boolean("server.publicUsers", &mut self.server.public_users);
        reader.text("server.externalDomain", &mut self.server.external_domain);
        let delete_delay_is_valid = reader.days("user.deleteDelay", 1, &mut self.user_delete_delay_days);
        reader.boolean("trash.enabled", &mut self.trash.enabled);
        reader.days("trash.days", 0, &mut self.trash.days);
        reader.boolean("oauth.enabled", &mut self.oauth.enabled);
        reader.boolean("oauth.autoLaunch", &mut self.oauth.auto_launch);
        reader.text("oauth.buttonText", &mut self.oauth.button_text);
        reader.boolean("map.enabled", &mut self.map.enabled);
        reader.text("map.lightStyle", &mut self.map.light_style);
        reader.text("map.darkStyle", &mut self.map.dark_style);
        reader.boolean("reverseGeocoding.enabled", &mut self.reverse_geocoding_enabled);
        let learning = &mut self.machine_learning;
        reader.boolean("machineLearning.enabled", &mut learning.enabled);
        reader.boolean("machineLearning.clip.enabled", &mut learning.clip);
        reader.boolean("machineLearning.facialRecognition.enabled", &mut learning.facial_recognition);
        reader.boolean("machineLearning.duplicateDetection.enabled", &mut learning.duplicate_detection);
        reader.boolean("machineLearning.ocr.enabled", &mut learning.ocr);
        reader.boolean("metadata.faces.import", &mut self.import_faces);
        reader.boolean("notifications.smtp.enabled", &mut self.smtp_enabled);
        InvalidValues { values: reader.invalid, include_delete_delay: !delete_delay_is_valid }
    }

    /// Whether smart search is enabled.
    #[must_use]
    pub fn smart_search(&self) -> bool {
        self.machine_learning.enabled && self.machine_learning.clip
    }

    /// Whether facial recognition is enabled.
    #[must_use]
    pub fn facial_recognition(&self) -> bool {
        self.machine_learning.enabled && self.machine_learning.facial_recognition
    }

    /// Whether duplicate detection, which depends on smart search, is enabled.
    #[must_use]
    pub fn duplicate_detection(&self) -> bool {
        self.smart_search() && self.machine_learning.duplicate_detection
    }

    /// Whether text recognition in pictures is enabled.
    #[must_use]
    pub fn ocr(&self) -> bool {
        self.machine_learning.enabled && self.machine_learning.ocr
    }
}

/// The configured values that are not valid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InvalidValues {
    /// All of them, each once.
    pub values: Vec<InvalidValue>,
    /// Whether `user.deleteDelay` is one of them, or would be in one of them if that were an object.
    pub include_delete_delay: bool,
}

/// A configured value that is not valid. A string is not repeated: it may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidValue {
    /// Its keys from the top level, joined by dots; empty for the top level itself.
    pub path: String,
    /// What it should be.
    pub expected: String,
    /// What it is: its JSON type, and for a number the number itself.
    pub found: String,
}

impl fmt::Display for InvalidValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} is {}, expected {}", self.display_path(), self.found, self.expected)
    }
}

impl InvalidValue {
    /// The path for messages.
    #[must_use]
    pub fn display_path(&self) -> &str {
        if self.path.is_empty() { "the top level" } else { &self.path }
    }
}

/// A whole number; `7.0` is one in JSON.
fn whole(value: &Value) -> Option<u32> {
    let text = value.as_number()?.to_string();
    text.strip_suffix(".0").unwrap_or(&text).parse().ok()
}

/// Something above the value is not an object. It is among the invalid values.
struct NoObject;

struct PartialReader<'value> {
    root: &'value Value,
    invalid: Vec<InvalidValue>,
}

impl<'value> PartialReader<'value> {
    fn boolean(&mut self, path: &str, target: &mut bool) {
        if let Ok(Some(value)) = self.at(path) {
            match value {
                Value::Bool(value) => *target = *value,
                other => self.reject(path, "true or false", other),
            }
        }
    }

    fn text(&mut self, path: &str, target: &mut String) {
        if let Ok(Some(value)) = self.at(path) {
            match value {
                Value::String(value) => target.clone_from(value),
                other => self.reject(path, "a string", other),
            }
        }
    }

    /// False if the configured value is not valid.
    fn days(&mut self, path: &str, min: u32, target: &mut u32) -> bool {
        let value = match self.at(path) {
            Ok(Some(value)) => value,
            Ok(None) => return true,
            Err(NoObject) => return false,
        };
        match whole(value) {
            Some(days) if (min..=MAX_DAYS).contains(&days) => {
                *target = days;
                true
            }
            _ => {
                self.reject(path, &format!("a whole number from {min} to {MAX_DAYS}"), value);
                false
            }
        }
    }

    /// The value at a path; none where the path is not set.
    fn at(&mut self, path: &str) -> Result<Option<&'value Value>, NoObject> {
        let mut value = self.root;
        let mut walked = 0;
        for key in path.split('.') {
            let Value::Object(members) = value else {
                let parent = path[..walked].trim_end_matches('.');
                self.reject(parent, "an object", value);
                return Err(NoObject);
            };
            let Some(member) = members.get(key) else { return Ok(None) };
            value = member;
            walked += key.len() + 1;
        }
        Ok(Some(value))
    }

    fn reject(&mut self, path: &str, expected: &str, found: &Value) {
        let invalid = InvalidValue {
            path: path.to_owned(),
            expected: expected.to_owned(),
            found: match found {
                Value::Null => "null".to_owned(),
                Value::Bool(_) => "a boolean".to_owned(),
                Value::Number(number) => format!("the number {number}"),
                Value::String(_) => "a string".to_owned(),
                Value::Array(_) => "an array".to_owned(),
                Value::Object(_) => "an object".to_owned(),
            },
        };
        // A parent of the wrong type is found once for every value below it.
        if !self.invalid.contains(&invalid) {
            self.invalid.push(invalid);
        }
    }
}

#[cfg(test)]
mod tests;
