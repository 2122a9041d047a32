//! An implementation of the second contract that stores nothing: it returns its arguments.

use http::header::{CONTENT_TYPE, HeaderValue, LOCATION};
use http::{HeaderMap, StatusCode};
use immich_wire::{Body, Date, Object, Open, Reply, RequestError, Secret, Timestamp};
use second_contract::apis::{
    Albums, CreateAlbumResponse, DeleteAlbumsResponse, FilesRaw, GetAlbumResponse, GetCoverResponse,
    ListAlbumsResponse, PutCoverResponse, PutNoteResponse,
};
use second_contract::models::{
    Album, AlbumCreate, AlbumCreateVisibility, AlbumVisibility, Fit, IdList, ListAlbumsLabels, ListAlbumsState,
    SortOrder, Ticket,
};
use second_contract::permission::{AlbumRead, AlbumWrite, AnyCredential};
use second_contract::{Backend, Granted, Operation, PasswordCheck};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use swagger::{Has, Nullable, XSpanIdString};
use uuid::Uuid;

/// The only existing identifier.
pub(crate) const ID: Uuid = Uuid::from_u128(0x6f1d_7b3e_9c0a_4f52_9b1c_2d3e_4f5a_6b7c);

/// The implementation.
pub(crate) struct Gallery;

/// The context of a request.
pub(crate) struct Context {
    pub(crate) headers: HeaderMap,
    pub(crate) span: XSpanIdString,
}

/// The error of an operation.
#[derive(Debug)]
pub(crate) enum Failure {
    Request(RequestError),
    Denied(StatusCode),
    Json(serde_json::Error),
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        Self::Request(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error)
    }
}

impl Has<XSpanIdString> for Context {
    fn get(&self) -> &XSpanIdString {
        &self.span
    }

    fn get_mut(&mut self) -> &mut XSpanIdString {
        &mut self.span
    }

    fn set(&mut self, span: XSpanIdString) {
        self.span = span;
    }
}

impl Backend for Gallery {
    type Context = Context;
    type Principal = String;
    type Error = Failure;

    fn has_credential(&self, _: Operation, context: &Context) -> bool {
        context.headers.contains_key("authorization")
    }

    /// The reader may read, the writer may read and write.
    async fn authorize(&self, operation: Operation, context: &Context) -> Result<String, Failure> {
        let name = context.headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
        match (name, operation.permission()) {
            ("", _) => Err(Failure::Denied(StatusCode::UNAUTHORIZED)),
            ("reader", Some(second_contract::models::Permission::AlbumWrite)) => {
                Err(Failure::Denied(StatusCode::FORBIDDEN))
            }
            (name, _) => Ok(name.to_owned()),
        }
    }
}

pub(crate) fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        other => Object::from_iter([("value".to_owned(), other)]),
    }
}

/// An album with the properties of the request.
fn album(new: AlbumCreate) -> Album {
    Album {
        id: ID,
        name: new.name,
        description: new.description,
        birth_date: new.birth_date,
        visibility: match new.visibility {
            AlbumCreateVisibility::Private => AlbumVisibility::Private,
            AlbumCreateVisibility::Shared => AlbumVisibility::Shared,
        },
        order: Open::Known(new.order),
        rating: Some(new.rating),
        labels: new.labels,
        meta: new.meta,
        extra: Some(json!({
            "sent": new.extra,
            "quota": new.quota,
            "latitude": new.latitude,
            "greeting": new.greeting,
            "members": new.members,
            "moods": new.moods,
            "slug": new.slug,
        })),
        scores: new.scores,
        cover: new.cover,
        created_at: Timestamp::parse("2026-02-06T22:00:56.123Z").unwrap(),
    }
}

impl Albums for Gallery {
    async fn list_albums(
        &self,
        caller: Granted<String, AlbumRead>,
        page: i32,
        size: Option<i64>,
        ratio: Option<f64>,
        shared: Option<bool>,
        order: Option<SortOrder>,
        state: ListAlbumsState,
        ids: Option<Vec<Uuid>>,
        labels: Option<Vec<ListAlbumsLabels>>,
        after: Option<Timestamp>,
        on: Option<Date>,
        owner: Option<String>,
        q: String,
        pin: Option<Secret>,
        r#type: Option<String>,
        context_parameter: Option<String>,
        _: &Context,
    ) -> Result<Reply<ListAlbumsResponse>, Failure> {
        let echo = json!({
            "caller": *caller, "page": page, "size": size, "ratio": ratio, "shared": shared, "order": order,
            "state": state, "ids": ids, "labels": labels, "after": after, "on": on, "owner": owner, "q": q,
            "pin": pin, "type": r#type, "context": context_parameter,
        });
        Ok(ListAlbumsResponse::Ok(object(echo)).into())
    }

    async fn create_album(
        &self,
        _: Granted<String, AlbumWrite>,
        body: AlbumCreate,
        _: &Context,
    ) -> Result<Reply<CreateAlbumResponse>, Failure> {
        Ok(match body.name.as_str() {
            "later" => CreateAlbumResponse::Accepted(Ticket {
                id: ID,
                ticket_number: None,
                ticket_price: None,
                ticket_name: None,
            }),
            "nothing" => CreateAlbumResponse::NoContent,
            _ => CreateAlbumResponse::Created(album(body)),
        }
        .into())
    }

    async fn delete_albums(
        &self,
        _: Granted<String, AlbumWrite>,
        check: PasswordCheck,
        body: IdList,
        _: &Context,
    ) -> Result<Reply<DeleteAlbumsResponse>, Failure> {
        assert_eq!(check.operation(), Operation::DeleteAlbums);
        let mut counts = BTreeMap::new();
        for id in body {
            *counts.entry(id.to_string()).or_insert(0) += 1;
        }
        Ok(DeleteAlbumsResponse::Ok(counts).into())
    }

    async fn get_album(
        &self,
        _: Granted<String, AnyCredential>,
        id: Uuid,
        _: &Context,
    ) -> Result<Reply<GetAlbumResponse>, Failure> {
        Ok(GetAlbumResponse::Ok(Album {
            id,
            name: "n".to_owned(),
            description: None,
            birth_date: Nullable::Null,
            visibility: AlbumVisibility::Private,
            order: Open::Unknown("by-hand".to_owned()),
            rating: None,
            labels: BTreeMap::new(),
            meta: None,
            extra: None,
            scores: Some(vec![Nullable::Null, Nullable::Present(0.5)]),
            cover: Some(Nullable::Null),
            created_at: Timestamp::parse("2026-02-06T22:00:56.123Z").unwrap(),
        })
        .into())
    }
}

impl FilesRaw for Gallery {
    /// The response depends on the headers.
    async fn get_cover(
        &self,
        _: Granted<String, AnyCredential>,
        id: Uuid,
        x_size: i32,
        x_trace: Option<Uuid>,
        x_scale: Option<f64>,
        x_fit: Option<Fit>,
        x_live: bool,
        _: &Context,
    ) -> Result<Reply<GetCoverResponse>, Failure> {
        let seen = json!([id, x_size, x_trace, x_scale, x_fit, x_live]).to_string();
        Ok(match (x_size, x_live, x_scale) {
            (0, ..) => GetCoverResponse::NotModified.into(),
            (_, true, _) => Reply::from(GetCoverResponse::TemporaryRedirect)
                .with_header(LOCATION, HeaderValue::from_static("/elsewhere")),
            (.., Some(_)) => {
                let body = Body::stream(http_body_util::Full::new(bytes::Bytes::from(seen)));
                Reply::from(GetCoverResponse::PartialContent(body))
                    .with_header(CONTENT_TYPE, HeaderValue::from_static("image/webp"))
            }
            _ => GetCoverResponse::Ok(Body::from(bytes::Bytes::from(seen))).into(),
        })
    }

    async fn put_cover(
        &self,
        _: Granted<String, AnyCredential>,
        _: Uuid,
        body: bytes::Bytes,
        _: &Context,
    ) -> Result<Reply<PutCoverResponse>, Failure> {
        let sum: u64 = body.iter().map(|byte| u64::from(*byte)).sum();
        Ok(PutCoverResponse::Ok(format!("{} bytes, {sum} in all", body.len())).into())
    }

    async fn put_note(
        &self,
        _: Granted<String, AnyCredential>,
        _: Uuid,
        append: bool,
        body: String,
        _: &Context,
    ) -> Result<Reply<PutNoteResponse>, Failure> {
        Ok(PutNoteResponse::Ok(format!("{append} {body}")).into())
    }
}
