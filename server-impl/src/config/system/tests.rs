//! The system configuration.

use serde_json::json;

use super::*;

fn applied(partial: &Value) -> (SystemConfig, Vec<String>) {
    let mut config = SystemConfig::default();
    let invalid = config.apply(partial).values;
    (config, invalid.iter().map(ToString::to_string).collect())
}

#[test]
fn an_empty_configuration_has_the_defaults() {
    let (config, invalid) = applied(&json!({}));

    assert_eq!((&config, invalid.len()), (&SystemConfig::default(), 0));
    assert!(config.password_login_enabled);
    assert!(config.server.public_users);
    assert_eq!(config.user_delete_delay_days, 7);
    assert_eq!(config.trash.days, 30);
    assert!(!config.oauth.enabled);
}

#[test]
fn a_configured_value_replaces_its_default_only() {
    let partial = json!({
        "server": {"loginPageMessage": "Welcome", "publicUsers": false},
        "passwordLogin": {"enabled": false},
        "user": {"deleteDelay": 14.0},
        "trash": {"days": 0},
        "metadata": {"faces": {"import": true}},
        "ffmpeg": {"crf": 23},
        "oauth": {"clientSecret": 5}
    });

    let (config, invalid) = applied(&partial);

    let mut expected = SystemConfig::default();
    expected.server.login_page_message = "Welcome".to_owned();
    expected.server.public_users = false;
    expected.password_login_enabled = false;
    expected.user_delete_delay_days = 14;
    expected.trash.days = 0;
    expected.import_faces = true;
    assert_eq!((config, invalid.len()), (expected, 0));
}

#[test]
fn every_value_of_the_wrong_type_is_reported_with_its_path_and_replaced_by_its_default() {
    let partial = json!({
        "server": "canary",
        "passwordLogin": {"enabled": "canary"},
        "user": {"deleteDelay": 0},
        "trash": {"days": 1.5, "enabled": false},
        "oauth": {"buttonText": null},
        "machineLearning": {"clip": {"enabled": [1]}}
    });

    let (config, invalid) = applied(&partial);

    assert_eq!(
        invalid,
        [
            "passwordLogin.enabled is a string, expected true or false",
            "server is a string, expected an object",
            "user.deleteDelay is the number 0, expected a whole number from 1 to 2147483647",
            "trash.days is the number 1.5, expected a whole number from 0 to 2147483647",
            "oauth.buttonText is null, expected a string",
            "machineLearning.clip.enabled is an array, expected true or false",
        ]
    );
    let mut expected = SystemConfig::default();
    expected.trash.enabled = false;
    assert_eq!(config, expected);
}

#[test]
fn the_top_level_must_be_an_object() {
    for top_level in [json!([]), json!("7"), json!(null)] {
        let (config, invalid) = applied(&top_level);

        assert_eq!(invalid.len(), 1, "{invalid:?}");
        assert!(invalid[0].starts_with("the top level is "), "{invalid:?}");
        assert_eq!(config, SystemConfig::default());
    }
}

#[test]
fn a_number_of_days_is_whole_and_fits_32_bits() {
    for (days, accepted) in [
        (json!(1), true),
        (json!(2_147_483_647), true),
        (json!(2_147_483_648_u64), false),
        (json!(-1), false),
        (json!(1e300), false),
    ] {
        let (_, invalid) = applied(&json!({"user": {"deleteDelay": days}}));
        assert_eq!(invalid.is_empty(), accepted, "{days}");
    }
}

#[test]
fn an_invalid_delete_delay_is_reported_as_such() {
    for (partial, expected) in [
        (json!({}), false),
        (json!({"user": {}, "trash": {"days": "7"}}), false),
        (json!({"user": {"deleteDelay": 30}}), false),
        (json!({"user": {"deleteDelay": "30"}}), true),
        (json!({"user": 30}), true),
        (json!("30"), true),
    ] {
        let invalid = SystemConfig::default().apply(&partial);
        assert_eq!(invalid.include_delete_delay, expected, "{partial}");
    }
}

#[test]
fn machine_learning_switches_off_all_that_depends_on_it() {
    let facts = |partial: Value| {
        let (config, invalid) = applied(&json!({"machineLearning": partial}));
        assert_eq!(invalid.len(), 0, "{invalid:?}");
        (config.smart_search(), config.facial_recognition(), config.duplicate_detection(), config.ocr())
    };

    assert_eq!(facts(json!({})), (true, true, true, true));
    assert_eq!(facts(json!({"enabled": false})), (false, false, false, false));
    assert_eq!(facts(json!({"clip": {"enabled": false}})), (false, true, false, true));
    assert_eq!(
        facts(json!({"facialRecognition": {"enabled": false}, "ocr": {"enabled": false}})),
        (true, false, true, false)
    );
}
