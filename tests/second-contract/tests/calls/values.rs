//! Path parameters of every kind, and JSON of every shape.

use crate::client::{Answer, get, post, put, request, send};
use crate::gallery::{Context, Failure, Gallery, ID, object};
use http::{HeaderName, HeaderValue, Method};
use immich_wire::{Date, Object, Reply, Timestamp};
use second_contract::apis::{
    DropWordsResponse, MoveResponse, PutJsonResponse, PutLabelsResponse, PutObjectResponse, PutShapeResponse,
    PutTreeResponse, PutWordsResponse, ReadLatestResponse, ReadMomentResponse, ReadScalarsResponse, Values,
};
use second_contract::models::{Circle, Dot, Odd, Shape, Square, Tree, Words};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

impl Values for Gallery {
    async fn read_scalars(
        &self,
        text: String,
        number: i64,
        ratio: f64,
        flag: bool,
        choice: Odd,
        day: Date,
        _: &Context,
    ) -> Result<Reply<ReadScalarsResponse>, Failure> {
        let echo = json!({"text": text, "number": number, "ratio": ratio, "flag": flag, "choice": choice, "day": day});
        Ok(ReadScalarsResponse::Ok(object(echo)).into())
    }

    async fn read_moment(
        &self,
        id: Uuid,
        small: i32,
        moment: Timestamp,
        _: &Context,
    ) -> Result<Reply<ReadMomentResponse>, Failure> {
        let echo = json!({"id": id, "small": small, "moment": moment});
        Ok(ReadMomentResponse::Ok(object(echo)).into())
    }

    async fn read_latest(
        &self,
        moment: String,
        ids: Vec<i64>,
        _: &Context,
    ) -> Result<Reply<ReadLatestResponse>, Failure> {
        let length = i64::try_from(moment.len()).unwrap();
        Ok(ReadLatestResponse::Ok(ids.into_iter().chain([length]).collect()).into())
    }

    /// Doubles the size of every shape and turns every dot into a circle.
    async fn put_shape(&self, body: Shape, _: &Context) -> Result<Reply<PutShapeResponse>, Failure> {
        Ok(PutShapeResponse::Ok(match body {
            Shape::Circle(Circle { radius }) => Shape::Circle(Circle { radius: 2.0 * radius }),
            Shape::Square(Square { side, title }) => Shape::Square(Square { side: 2 * side, title }),
            Shape::Dot(Dot {}) => Shape::Circle(Circle { radius: 0.0 }),
        })
        .into())
    }

    async fn put_labels(&self, body: BTreeMap<String, i64>, _: &Context) -> Result<Reply<PutLabelsResponse>, Failure> {
        Ok(PutLabelsResponse::Ok(body).into())
    }

    async fn put_json(&self, body: Value, _: &Context) -> Result<Reply<PutJsonResponse>, Failure> {
        Ok(PutJsonResponse::Ok(body).into())
    }

    async fn put_object(&self, body: Object, _: &Context) -> Result<Reply<PutObjectResponse>, Failure> {
        Ok(PutObjectResponse::Ok(body).into())
    }

    async fn put_tree(&self, body: Tree, _: &Context) -> Result<Reply<PutTreeResponse>, Failure> {
        Ok(PutTreeResponse::Ok(body).into())
    }

    async fn put_words(&self, body: Words, _: &Context) -> Result<Reply<PutWordsResponse>, Failure> {
        Ok(PutWordsResponse::Ok(body).into())
    }

    async fn drop_words(
        &self,
        reply_parameter: bool,
        route_parameter: bool,
        head_parameter: bool,
        parameters_parameter: bool,
        _: &Context,
    ) -> Result<Reply<DropWordsResponse>, Failure> {
        let all = reply_parameter && route_parameter && head_parameter && parameters_parameter;
        let header = HeaderValue::from_static(if all { "all" } else { "some" });
        Ok(Reply::from(DropWordsResponse::NoContent).with_header(HeaderName::from_static("x-dropped"), header))
    }

    async fn r#move(&self, _: &Context) -> Result<Reply<MoveResponse>, Failure> {
        Ok(MoveResponse::Ok(true).into())
    }
}

#[tokio::test]
async fn every_scalar_is_read_from_the_path() {
    let answer = get("/v2/scalars/a%20b/-7/2.5/true/it's%20%3Cb%3E/2024-02-29").await;
    let expected = json!({
        "text": "a b", "number": -7, "ratio": 2.5, "flag": true, "choice": "it's <b>", "day": "2024-02-29",
    });
    assert_eq!(answer.success(200), expected);

    let answer = get(&format!("/v2/moments/2026-02-06T23:00:56.1239%2B01:00/2147483647/{ID}")).await;
    let expected = json!({"id": ID, "small": i32::MAX, "moment": "2026-02-06T22:00:56.123Z"});
    assert_eq!(answer.success(200), expected);
}

#[tokio::test]
async fn every_violation_of_the_path_is_reported_in_the_order_of_the_contract() {
    let answer = get("/v2/scalars/ninechars/1.5/x/1/none/2023-02-29").await;
    assert_eq!(
        answer.violations(),
        [
            "text must be shorter than or equal to 8 characters",
            "number must be an integer number",
            "ratio must be a number conforming to the specified constraints",
            "flag must be a boolean value",
            "choice must be one of the following values: a&b, it's <b>, say \"hi\", back\\slash, 16:9",
            "day must be a valid ISO 8601 date string",
        ]
    );
    // In the order of declaration: `id` first, although it is last in the path.
    assert_eq!(
        get("/v2/moments/now/2147483648/me").await.violations(),
        [
            "id must be a UUID",
            "small must not be greater than 2147483647",
            "moment must be a valid ISO 8601 date string",
        ]
    );
}

#[tokio::test]
async fn an_invalid_escape_in_the_path_is_reported_alone() {
    let answer = get("/v2/scalars/%zz/x/x/x/x/x").await;
    assert_eq!((answer.status, answer.message()), (400, json!("Failed to decode param '%zz'")));
}

#[tokio::test]
async fn literals_take_precedence_over_parameters_and_match_in_any_case() {
    assert_eq!(get("/V2/Moments/12345/LATEST/?ids=7").await.success(200), json!([7, 5]));
    assert_eq!(get("/v2/moments/12345/newest?ids=7").await.status, 404);
}

#[tokio::test]
async fn an_object_of_a_union_is_read_and_written_by_its_tag() {
    for (sent, expected) in [
        (json!({"kind": "circle", "radius": 1.5}), json!({"kind": "circle", "radius": 3.0})),
        (json!({"radius": 0, "kind": "circle", "side": "x"}), json!({"kind": "circle", "radius": 0.0})),
        (json!({"kind": "square", "side": 2, "title": "t"}), json!({"kind": "square", "side": 4, "title": "t"})),
        (json!({"kind": "Dot"}), json!({"kind": "circle", "radius": 0.0})),
    ] {
        assert_eq!(post("/v2/shapes", &sent).await.success(200), expected, "{sent}");
    }
}

#[tokio::test]
async fn an_unknown_tag_and_an_invalid_object_are_rejected() {
    let unknown = "kind must be one of the following values: circle, square, Dot";
    for (sent, violations) in [
        (json!({}), &[unknown] as &[&str]),
        (json!({"kind": "dot"}), &[unknown]),
        (json!({"kind": ["circle"], "radius": 1}), &[unknown]),
        (json!({"kind": "circle", "radius": -1}), &["radius must not be less than 0"]),
        (json!({"kind": "square", "title": 1}), &["side must be an integer number", "title must be a string"]),
    ] {
        assert_eq!(post("/v2/shapes", &sent).await.violations(), violations, "{sent}");
    }
}

#[tokio::test]
async fn a_recursive_schema_is_read_to_its_leaves() {
    let tree = json!({"name": "a", "children": [{"name": "b", "children": []}], "named": {"x": {"name": "c"}}});
    assert_eq!(post("/v2/trees", &tree).await.success(200), tree);

    let faulty = json!({"name": "a", "children": [{"name": ""}, {}], "named": {"x": {"name": 1}, "y": 1}});
    assert_eq!(
        post("/v2/trees", &faulty).await.violations(),
        [
            "each value in children.name should not be empty",
            "each value in children.name must be a string",
            "each value in named.name must be a string",
            "each value in named must be an object",
        ]
    );
}

#[tokio::test]
async fn names_that_rust_cannot_express_are_those_of_the_contract_on_the_wire() {
    let words = json!({
        "type": "t", "self": "s", "fields": "f", "object": "o", "device_os": "d", "URL": "u", "+1": 1,
        "say \"hi\"": "h", "odd": "say \"hi\"", "a": true, "b": false, "c": true, "d": false,
    });
    assert_eq!(put("/v2/words", &words).await.success(200), words);
    for odd in ["a&b", "it's <b>", "back\\slash", "16:9"] {
        let mut words = words.clone();
        words["odd"] = json!(odd);
        assert_eq!(put("/v2/words", &words).await.success(200)["odd"], odd);
    }

    let messages = put("/v2/words", &json!({"deviceOs": "x", "say_hi": "x"})).await.violations();
    for name in ["type", "self", "fields", "object", "device_os", "URL", "say \"hi\""] {
        assert!(messages.contains(&format!("{name} must be a string")), "{name}: {messages:?}");
    }
    assert!(messages.contains(&"+1 must be an integer number".to_owned()), "{messages:?}");
}

#[tokio::test]
async fn parameters_may_have_names_that_generated_code_uses() {
    let drop = |query: &str| send(request(Method::DELETE, &format!("/v2/words?{query}")).body("").unwrap());
    let all = drop("reply=true&route=true&head=true&parameters=true").await;
    assert_eq!((all.status, &all.headers["x-dropped"]), (204, &HeaderValue::from_static("all")));
    let some = drop("reply=true&route=true&head=true&parameters=false").await;
    assert_eq!(some.headers["x-dropped"], "some");
    assert_eq!(drop("reply=true&route=true&head=true").await.violations(), ["parameters must be a boolean value"]);
}

#[tokio::test]
async fn a_deprecated_operation_is_answered() {
    let answer: Answer = get("/v2/words").await;
    assert_eq!(answer.success(200), json!(true));
}
