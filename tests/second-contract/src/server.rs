//! From a request to its answer.

use crate::apis::{Albums, FilesRaw, Values};
use crate::{Api, Granted, Operation, PasswordCheck, Route, check_parameters, route};
use bytes::Bytes;
use http::Response;
use http::request::Parts;
use immich_wire::body::{AcceptedBody, BodyKind, BodyReader, RequestBody};
use immich_wire::{Body, IntoResponse, Reply, RequestError, parameters, path, rules};
use swagger::{Has, XSpanIdString};

/// What an implementation brings to every operation.
pub trait Backend: Send + Sync + 'static {
    /// What is known of a request before anyone looks at its credential; it can always name the request.
    type Context: Has<XSpanIdString> + Send + Sync;
    /// Who calls, once that is known.
    type Principal: Send + Sync;
    /// Why there is no success. A request that does not fit the contract becomes one, too.
    type Error: From<RequestError> + From<serde_json::Error> + Send;

    /// Whether the request has a credential for this operation, valid or not. Without one, its body is not read.
    fn has_credential(&self, operation: Operation, context: &Self::Context) -> bool;

    /// Finds out who calls and whether they may do this.
    ///
    /// Called for every operation that the contract secures, before its body and parameters are validated. For a large
    /// body it is also called before the body is received.
    ///
    /// # Errors
    /// No, a bad, or an insufficient credential.
    fn authorize(
        &self,
        operation: Operation,
        context: &Self::Context,
    ) -> impl Future<Output = Result<Self::Principal, Self::Error>> + Send;
}

/// Serves one request: routes, receives the body, authorizes, validates, calls.
///
/// The body of an unknown route is not read, nor that of a secured operation without a credential. A malformed body is
/// reported before an invalid credential, unless it is so large that it is received for authorized callers only.
///
/// Returns the operation that the request asked for, if there is one, and what came of it.
pub async fn serve<A, B>(
    api: &A,
    head: &Parts,
    body: B,
    bodies: &BodyReader,
    context: &A::Context,
) -> (Option<Operation>, Result<Response<Body>, A::Error>)
where
    A: Api,
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let Some(route) = route(&head.method, head.uri.path()) else {
        return (None, Err(no_route(head).into()));
    };
    (Some(route.operation), respond(api, &route, head, body, bodies, context).await)
}

async fn respond<A, B>(
    api: &A,
    route: &Route<'_>,
    head: &Parts,
    body: B,
    bodies: &BodyReader,
    context: &A::Context,
) -> Result<Response<Body>, A::Error>
where
    A: Api,
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let operation = route.operation;
    // Boxed: rarely called here, and the future of every request would contain it.
    let authorize = || Box::pin(api.authorize(operation, context));
    if operation.is_secured() && !body.is_end_stream() && !api.has_credential(operation, context) {
        check_parameters(head.uri.path()).map_err(RequestError::Parameter)?;
        authorize().await?;
    }
    let accepted = AcceptedBody {
        kind: body_kind(operation),
        is_secured: operation.is_secured(),
        max_bytes: operation.facts().max_body,
    };
    let authorized = async { authorize().await.map(drop) };
    // The memory of the body counts as in use until the operation ends.
    let (received, _in_flight) = bodies.receive(accepted, &head.headers, body, authorized).await?;
    answer(api, route, head, received, context).await
}

fn no_route(head: &Parts) -> RequestError {
    match check_parameters(head.uri.path()) {
        Err(escape) => RequestError::Parameter(escape),
        Ok(()) => RequestError::RouteNotFound {
            method: head.method.clone(),
            target: head.uri.path_and_query().map_or_else(String::new, ToString::to_string),
        },
    }
}

/// The kind of body that an operation accepts.
fn body_kind(operation: Operation) -> BodyKind {
    match operation {
        Operation::DeleteAlbums | Operation::PutLabels | Operation::PutJson | Operation::PutObject => BodyKind::Value,
        Operation::PutNote => BodyKind::Text,
        Operation::PutCover => BodyKind::Bytes,
        _ => BodyKind::Fields,
    }
}

/// Answers a routed request: authorizes, validates, calls.
///
/// # Errors
/// As for [`serve`].
#[allow(deprecated, reason = "what the contract deprecates is answered until it is gone")]
pub async fn answer<A: Api>(
    api: &A,
    route: &Route<'_>,
    head: &Parts,
    received: RequestBody,
    context: &A::Context,
) -> Result<Response<Body>, A::Error> {
    let operation = route.operation;
    match operation {
        Operation::ListAlbums => {
            let caller = Granted::issue(api.authorize(operation, context).await?);
            let (
                page,
                size,
                ratio,
                shared,
                order,
                state,
                ids,
                labels,
                after,
                on,
                owner,
                q,
                pin,
                r#type,
                context_parameter,
            ) = parameters::read(head, |parameters| {
                let page = parameters.optional_query("page", &rules::Int32::new().minimum(1));
                let size = parameters.optional_query("size", &rules::Integer::new().minimum(1).maximum(1_000));
                let ratio = parameters.optional_query("ratio", &rules::Number::new().minimum(0.5).maximum(2.5));
                let shared = parameters.optional_query("shared", &rules::Flag::new());
                let order = parameters.optional_query("order", &rules::OneOf::<crate::models::SortOrder>::new());
                let state = parameters.optional_query("state", &rules::OneOf::<crate::models::ListAlbumsState>::new());
                let ids = parameters.optional_list("ids", &rules::List::new(rules::UuidText::new()).max_items(3));
                let labels =
                    parameters.optional_list("labels", &rules::Choices::<crate::models::ListAlbumsLabels>::new());
                let after = parameters.optional_query("after", &rules::DateTime::new());
                let on = parameters.optional_query("on", &rules::Day::new());
                let owner = parameters.optional_query("owner", &rules::Email::new());
                let q = parameters.query("q", &rules::Text::new().min_length(2).max_length(5));
                let pin = parameters.optional_query("pin", &rules::SecretText::new());
                let r#type = parameters.optional_query("type", &rules::Text::new());
                let context_parameter = parameters.optional_query("context", &rules::Text::new());
                Some((
                    page?.unwrap_or(1),
                    size?,
                    ratio?,
                    shared?,
                    order?,
                    state?.unwrap_or(crate::models::ListAlbumsState::Open),
                    ids?,
                    labels?,
                    after?,
                    on?,
                    owner?,
                    q?,
                    pin?,
                    r#type?,
                    context_parameter?,
                ))
            })?;
            reply::<A, _>(
                Albums::list_albums(
                    api,
                    caller,
                    page,
                    size,
                    ratio,
                    shared,
                    order,
                    state,
                    ids,
                    labels,
                    after,
                    on,
                    owner,
                    q,
                    pin,
                    r#type,
                    context_parameter,
                    context,
                )
                .await?,
            )
        }

        Operation::CreateAlbum => {
            let caller = Granted::issue(api.authorize(operation, context).await?);
            let body = received.object()?;
            reply::<A, _>(Albums::create_album(api, caller, body, context).await?)
        }

        Operation::DeleteAlbums => {
            let caller = Granted::issue(api.authorize(operation, context).await?);
            let body =
                received.value(&rules::List::new(rules::UuidText::new()).min_items(1).max_items(2).not_empty())?;
            reply::<A, _>(Albums::delete_albums(api, caller, PasswordCheck::issue(operation), body, context).await?)
        }

        Operation::GetAlbum => {
            let id = path::decode(route.segments[2]).map_err(RequestError::Parameter)?;
            let caller = Granted::issue(api.authorize(operation, context).await?);
            let id = path::uuid_v4("id", &id)?;
            reply::<A, _>(Albums::get_album(api, caller, id, context).await?)
        }

        Operation::GetCover => {
            let id = path::decode(route.segments[2]).map_err(RequestError::Parameter)?;
            let caller = Granted::issue(api.authorize(operation, context).await?);
            let (id, x_size, x_trace, x_scale, x_fit, x_live) = parameters::read(head, |parameters| {
                let id = parameters.path("id", &id, &rules::UuidText::new().version(4));
                let x_size = parameters.header("X-Size", &rules::Int32::new().minimum(0));
                let x_trace = parameters.optional_header("x-trace", &rules::UuidText::new());
                let x_scale = parameters.optional_header("x-scale", &rules::Number::new());
                let x_fit = parameters.optional_header("x-fit", &rules::OneOf::<crate::models::Fit>::new());
                let x_live = parameters.optional_header("x-live", &rules::Flag::new());
                Some((id?, x_size?, x_trace?, x_scale?, x_fit?, x_live?.unwrap_or(false)))
            })?;
            reply::<A, _>(FilesRaw::get_cover(api, caller, id, x_size, x_trace, x_scale, x_fit, x_live, context).await?)
        }

        Operation::PutCover => {
            let id = path::decode(route.segments[2]).map_err(RequestError::Parameter)?;
            let caller = Granted::issue(api.authorize(operation, context).await?);
            let body = received.into_bytes();
            let id = path::uuid_v4("id", &id)?;
            reply::<A, _>(FilesRaw::put_cover(api, caller, id, body, context).await?)
        }

        Operation::PutNote => {
            let id = path::decode(route.segments[2]).map_err(RequestError::Parameter)?;
            let caller = Granted::issue(api.authorize(operation, context).await?);
            let body = received.value(&rules::Text::new().max_length(10))?;
            let (id, append) = parameters::read(head, |parameters| {
                let id = parameters.path("id", &id, &rules::UuidText::new().version(4));
                let append = parameters.query("append", &rules::Flag::new());
                Some((id?, append?))
            })?;
            reply::<A, _>(FilesRaw::put_note(api, caller, id, append, body, context).await?)
        }

        Operation::ReadScalars => {
            let text = path::decode(route.segments[2]).map_err(RequestError::Parameter)?;
            let number = path::decode(route.segments[3]).map_err(RequestError::Parameter)?;
            let ratio = path::decode(route.segments[4]).map_err(RequestError::Parameter)?;
            let flag = path::decode(route.segments[5]).map_err(RequestError::Parameter)?;
            let choice = path::decode(route.segments[6]).map_err(RequestError::Parameter)?;
            let day = path::decode(route.segments[7]).map_err(RequestError::Parameter)?;
            let (text, number, ratio, flag, choice, day) = parameters::read(head, |parameters| {
                let text = parameters.path("text", &text, &rules::Text::new().min_length(1).max_length(8));
                let number = parameters.path("number", &number, &rules::Integer::new());
                let ratio = parameters.path("ratio", &ratio, &rules::Number::new());
                let flag = parameters.path("flag", &flag, &rules::Flag::new());
                let choice = parameters.path("choice", &choice, &rules::OneOf::<crate::models::Odd>::new());
                let day = parameters.path("day", &day, &rules::Day::new());
                Some((text?, number?, ratio?, flag?, choice?, day?))
            })?;
            reply::<A, _>(Values::read_scalars(api, text, number, ratio, flag, choice, day, context).await?)
        }

        Operation::ReadMoment => {
            let id = path::decode(route.segments[4]).map_err(RequestError::Parameter)?;
            let small = path::decode(route.segments[3]).map_err(RequestError::Parameter)?;
            let moment = path::decode(route.segments[2]).map_err(RequestError::Parameter)?;
            let (id, small, moment) = parameters::read(head, |parameters| {
                let id = parameters.path("id", &id, &rules::UuidText::new());
                let small = parameters.path("small", &small, &rules::Int32::new());
                let moment = parameters.path("moment", &moment, &rules::DateTime::new());
                Some((id?, small?, moment?))
            })?;
            reply::<A, _>(Values::read_moment(api, id, small, moment, context).await?)
        }

        Operation::ReadLatest => {
            let moment = path::decode(route.segments[2]).map_err(RequestError::Parameter)?;
            let (moment, ids) = parameters::read(head, |parameters| {
                let moment = parameters.path("moment", &moment, &rules::Text::new());
                let ids = parameters.list("ids", &rules::List::new(rules::Integer::new()).min_items(1).not_empty());
                Some((moment?, ids?))
            })?;
            reply::<A, _>(Values::read_latest(api, moment, ids, context).await?)
        }

        Operation::PutShape => {
            let body = received.object()?;
            reply::<A, _>(Values::put_shape(api, body, context).await?)
        }

        Operation::PutLabels => {
            let body = received.value(&rules::Map::new(rules::Integer::new().minimum(0)))?;
            reply::<A, _>(Values::put_labels(api, body, context).await?)
        }

        Operation::PutJson => {
            let body = received.value(&rules::AnyValue::new())?;
            reply::<A, _>(Values::put_json(api, body, context).await?)
        }

        Operation::PutObject => {
            let body = received.value(&rules::AnyObject::new())?;
            reply::<A, _>(Values::put_object(api, body, context).await?)
        }

        Operation::PutTree => {
            let body = received.object()?;
            reply::<A, _>(Values::put_tree(api, body, context).await?)
        }

        Operation::PutWords => {
            let body = received.object()?;
            reply::<A, _>(Values::put_words(api, body, context).await?)
        }

        Operation::Move => reply::<A, _>(Values::r#move(api, context).await?),

        Operation::DropWords => {
            let (reply_parameter, route_parameter, head_parameter, parameters_parameter) =
                parameters::read(head, |parameters| {
                    let reply_parameter = parameters.query("reply", &rules::Flag::new());
                    let route_parameter = parameters.query("route", &rules::Flag::new());
                    let head_parameter = parameters.query("head", &rules::Flag::new());
                    let parameters_parameter = parameters.query("parameters", &rules::Flag::new());
                    Some((reply_parameter?, route_parameter?, head_parameter?, parameters_parameter?))
                })?;
            reply::<A, _>(
                Values::drop_words(
                    api,
                    reply_parameter,
                    route_parameter,
                    head_parameter,
                    parameters_parameter,
                    context,
                )
                .await?,
            )
        }
    }
}

fn reply<A: Api, R: IntoResponse>(reply: Reply<R>) -> Result<Response<Body>, A::Error> {
    Ok(reply.into_response()?)
}
