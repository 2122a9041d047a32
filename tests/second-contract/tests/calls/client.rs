//! Sends requests to the generated server, without a connection.

use crate::gallery::{Context, Failure, Gallery};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::request::Builder;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use immich_wire::{BodyReader, RequestError};
use second_contract::{Operation, serve};
use serde_json::{Value, json};
use swagger::XSpanIdString;

/// A response.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) operation: Option<Operation>,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    fn refused(operation: Option<Operation>, status: StatusCode, message: &Value) -> Self {
        let body = Bytes::from(json!({"message": message}).to_string());
        Self { operation, status: status.as_u16(), headers: HeaderMap::new(), body }
    }

    /// The JSON of a response that must have this status.
    pub(crate) fn success(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.headers[CONTENT_TYPE], "application/json; charset=utf-8");
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn message(&self) -> Value {
        serde_json::from_slice::<Value>(&self.body).unwrap()["message"].take()
    }

    /// The messages of a validation error.
    pub(crate) fn violations(&self) -> Vec<String> {
        assert_eq!(self.status, 400, "{self:?}");
        serde_json::from_value(self.message()).unwrap()
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// Starts a request of a caller with all permissions.
pub(crate) fn request(method: Method, target: &str) -> Builder {
    Request::builder().method(method).uri(target).header(AUTHORIZATION, "writer")
}

pub(crate) async fn send(request: Request<impl Into<Bytes>>) -> Answer {
    let (head, body) = request.into_parts();
    let context = Context { headers: head.headers.clone(), span: XSpanIdString("span".to_owned()) };
    let body = Full::new(body.into());
    let (operation, outcome) = serve(&Gallery, &head, body, &BodyReader::default(), &context).await;
    match outcome {
        Ok(response) => {
            let (head, body) = response.into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            Answer { operation, status: head.status.as_u16(), headers: head.headers, body }
        }
        Err(Failure::Request(error)) => Answer::refused(operation, error.status(), &message(&error)),
        Err(Failure::Denied(status)) => Answer::refused(operation, status, &json!("denied")),
        Err(Failure::Json(error)) => panic!("the response cannot be written: {error}"),
    }
}

fn message(error: &RequestError) -> Value {
    serde_json::to_value(error.message()).unwrap()
}

pub(crate) async fn get(target: &str) -> Answer {
    send(request(Method::GET, target).body("").unwrap()).await
}

pub(crate) async fn post(target: &str, body: &Value) -> Answer {
    send_json(Method::POST, target, body).await
}

pub(crate) async fn put(target: &str, body: &Value) -> Answer {
    send_json(Method::PUT, target, body).await
}

pub(crate) async fn send_json(method: Method, target: &str, body: &Value) -> Answer {
    send(request(method, target).header(CONTENT_TYPE, "application/json").body(body.to_string()).unwrap()).await
}
