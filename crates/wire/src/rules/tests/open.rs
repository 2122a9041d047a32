//! Values without a fixed shape: maps, unions, any value, null.

use super::*;

#[test]
fn a_map_has_any_keys_and_values_of_one_type() {
    let rule = Map::new(Integer::new().minimum(0));
    let map = check(&rule, "counts", Some(&json!({"b": 2, "a": 1}))).unwrap();
    assert_eq!(map.into_iter().collect::<Vec<_>>(), [("a".to_owned(), 1), ("b".to_owned(), 2)]);
    assert!(check(&rule, "counts", Some(&json!({}))).unwrap().is_empty());
    for value in [ABSENT, Some(json!(null)), Some(json!([1])), Some(json!("x"))] {
        assert_eq!(messages(&rule, "counts", value.as_ref()), ["counts must be an object"], "{value:?}");
    }
}

#[test]
fn a_map_reports_each_message_of_its_values_once() {
    let value = json!({"a": -1, "b": "x", "c": -1, "d": null});
    assert_eq!(
        messages(&Map::new(Integer::new().minimum(0)), "counts", Some(&value)),
        ["each value in counts must not be less than 0", "each value in counts must be an integer number"]
    );
}

#[test]
fn an_item_of_a_list_and_a_value_of_a_map_may_be_null() {
    let rule = List::new(OrNull::new(Text::new()));
    let list = check(&rule, "cities", Some(&json!(["x", null]))).unwrap();
    assert_eq!(list, [Nullable::Present("x".to_owned()), Nullable::Null]);
    assert_eq!(messages(&rule, "cities", Some(&json!([1]))), ["each value in cities must be a string"]);
    let map = check(&Map::new(OrNull::new(Flag::new())), "seen", Some(&json!({"a": null}))).unwrap();
    assert_eq!(map["a"], Nullable::Null);
}

#[test]
fn any_value_is_accepted_but_an_absent_one_is_rejected() {
    for value in weird_values() {
        assert_eq!(check(&AnyValue::new(), "data", Some(&value)), Ok(value));
    }
    assert_eq!(messages(&AnyValue::new(), "data", None), ["data should not be null or undefined"]);
}

#[test]
fn any_object_is_accepted() {
    let value = json!({"a": [null], "b": {}});
    assert_eq!(check(&AnyObject::new(), "meta", Some(&value)).map(Value::Object), Ok(value));
    for value in [ABSENT, Some(json!(null)), Some(json!([])), Some(json!("{}"))] {
        assert_eq!(messages(&AnyObject::new(), "meta", value.as_ref()), ["meta must be an object"], "{value:?}");
    }
}

#[test]
fn an_unknown_tag_is_rejected_with_the_list_of_known_tags() {
    let tags = ["circle", "square"];
    assert_eq!(tag(json!({"kind": "circle"}).as_object().unwrap(), "kind"), Some("circle"));
    assert_eq!(tag(json!({"kind": 1}).as_object().unwrap(), "kind"), None);
    let mut violations = Violations::new();
    assert_eq!(unknown_tag::<()>("kind", &tags, &mut violations), None);
    assert_eq!(violations.into_vec(), ["kind must be one of the following values: circle, square"]);
}

#[test]
fn a_date_must_exist_in_the_calendar() {
    assert_eq!(check(&Day::new(), "birthDate", Some(&json!("2024-02-29"))).unwrap().to_string(), "2024-02-29");
    for value in [ABSENT, Some(json!(null)), Some(json!("2023-02-29")), Some(json!("2024-02-29T00:00:00Z"))] {
        let expected = ["birthDate must be a valid ISO 8601 date string"];
        assert_eq!(messages(&Day::new(), "birthDate", value.as_ref()), expected, "{value:?}");
    }
}

#[test]
fn a_32_bit_number_follows_its_own_bounds_and_those_of_the_contract() {
    for (rule, value, message) in [
        (Int32::new(), json!(2_147_483_648_i64), "n must not be greater than 2147483647"),
        (Int32::new(), json!(-2_147_483_649_i64), "n must not be less than -2147483648"),
        (Int32::new().maximum(9_999_999_999), json!(2_147_483_648_i64), "n must not be greater than 2147483647"),
        (Int32::new().minimum(5), json!(4), "n must not be less than 5"),
        (Int32::new().maximum(5), json!(6), "n must not be greater than 5"),
        (Int32::new(), json!(1.5), "n must be an integer number"),
    ] {
        assert_eq!(messages(&rule, "n", Some(&value)), [message], "{value}");
    }
    assert_eq!(messages(&Int32::new(), "n", None), ["n must be an integer number"]);
    assert_eq!(check(&Int32::new(), "n", Some(&json!(i32::MIN))), Ok(i32::MIN));
}
