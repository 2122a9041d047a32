//! Lists and enumerations.

use serde_json::json;

use super::*;

#[test]
fn permissions_are_a_list_of_enumeration_values() {
    const REQUIRED: Choices<Permission> = Choices::new().min_items(1).max_items(3).not_empty();
    const OPTIONAL: Choices<Permission> = Choices::new().min_items(1);
    let [few, empty, each] = [
        "permissions must contain at least 1 elements",
        "permissions should not be empty",
        "each value in permissions must be one of the following values: all, user.read",
    ];
    for (value, expected) in [
        (ABSENT, &[few, empty, each] as &[&str]),
        (Some(json!(null)), &[few, empty, each]),
        (Some(json!("")), &[few, empty, each]),
        (Some(json!("all")), &[few]),
        (Some(json!("bogus")), &[few, each]),
        (Some(json!(1)), &[few, each]),
        (Some(json!({})), &[few, each]),
        (Some(json!([])), &[few]),
        (Some(json!(["bogus"])), &[each]),
        (Some(json!(["all", "bogus"])), &[each]),
        (Some(json!(["ALL"])), &[each]),
        (Some(json!([1, null, [], "all"])), &["permissions must contain no more than 3 elements", each]),
        (Some(json!(["all", "all", "all"])), &[]),
    ] {
        assert_eq!(messages(&REQUIRED, "permissions", value.as_ref()), expected, "{value:?}");
    }
    assert_eq!(messages(&OPTIONAL, "permissions", Some(&json!(null))), [few, each]);
    assert_eq!(messages(&Choices::<Permission>::new(), "p", Some(&json!("all"))), ["p must be an array"]);

    let kept = check(&REQUIRED, "permissions", Some(&json!(["user.read", "all", "user.read"])));
    assert_eq!(kept.unwrap(), [Permission::UserRead, Permission::All, Permission::UserRead]);
}

#[test]
fn an_enumeration_value_is_one_of_the_set() {
    let rule = OneOf::<Permission>::new();
    assert_eq!(check(&rule, "p", Some(&json!("all"))), Ok(Permission::All));
    for value in [ABSENT, Some(json!(null)), Some(json!("")), Some(json!("All")), Some(json!(["all"]))] {
        let expected = ["p must be one of the following values: all, user.read"];
        assert_eq!(messages(&rule, "p", value.as_ref()), expected, "{value:?}");
    }
}

#[test]
fn a_list_reports_each_message_of_its_items_once() {
    let rule = List::new(Text::new().min_length(1)).min_items(1).max_items(3).not_empty();
    let [few, empty, array] = ["l must contain at least 1 elements", "l should not be empty", "l must be an array"];
    let [each_empty, each_string] = ["each value in l should not be empty", "each value in l must be a string"];
    for (value, expected) in [
        (ABSENT, &[few, empty, array] as &[&str]),
        (Some(json!("a")), &[few, array]),
        (Some(json!([])), &[few]),
        (Some(json!([1, "", 2])), &[each_string, each_empty]),
        (Some(json!(["a", "b", "c", "d"])), &["l must contain no more than 3 elements"]),
    ] {
        assert_eq!(messages(&rule, "l", value.as_ref()), expected, "{value:?}");
    }
    assert_eq!(check(&rule, "l", Some(&json!(["b", "a"]))).unwrap(), ["b", "a"]);
}
