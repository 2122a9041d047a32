//! From a request to its answer.

use crate::apis::{ApiKeys, Authentication, Server, Sessions, Users};
use crate::{Api, Granted, Operation, PasswordCheck, Route, check_parameters, route};
use bytes::Bytes;
use http::Response;
use http::request::Parts;
use immich_wire::body::{AcceptedBody, BodyKind, BodyReader, RequestBody};
use immich_wire::{Body, IntoResponse, Reply, RequestError, path};
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
    answer(api, route, received, context).await
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
fn body_kind(_: Operation) -> BodyKind {
    BodyKind::Fields
}

/// Answers a routed request: authorizes, validates, calls.
///
/// # Errors
/// As for [`serve`].
pub async fn answer<A: Api>(
    api: &A,
    route: &Route<'_>,
    received: RequestBody,
    context: &A::Context,
) -> Result<Response<Body>, A::Error> {
    let operation = route.operation;
    match operation {
        Operation::CreateApiKey => {
            let caller = Granted::issue(api.authorize(operation, context).await?);
            let body = received.object()?;
            reply::<A, _>(ApiKeys::create_api_key(api, caller, body, context).await?)
        }

        Operation::GetApiKeys => {
            let caller = Granted::issue(api.authorize(operation, context).await?);
            reply::<A, _>(ApiKeys::get_api_keys(api, caller, context).await?)
        }

        Operation::GetMyApiKey => {
            let caller = Granted::issue(api.authorize(operation, context).await?);
            reply::<A, _>(ApiKeys::get_my_api_key(api, caller, context).await?)
        }

        Operation::GetApiKey => {
            let id = path::decode(route.segments[2]).map_err(RequestError::Parameter)?;
            let caller = Granted::issue(api.authorize(operation, context).await?);
            let id = path::uuid_v4("id", &id)?;
            reply::<A, _>(ApiKeys::get_api_key(api, caller, id, context).await?)
        }

        Operation::UpdateApiKey => {
            let id = path::decode(route.segments[2]).map_err(RequestError::Parameter)?;
            let caller = Granted::issue(api.authorize(operation, context).await?);
            let body = received.object()?;
            let id = path::uuid_v4("id", &id)?;
            reply::<A, _>(ApiKeys::update_api_key(api, caller, id, body, context).await?)
        }

        Operation::DeleteApiKey => {
            let id = path::decode(route.segments[2]).map_err(RequestError::Parameter)?;
            let caller = Granted::issue(api.authorize(operation, context).await?);
            let id = path::uuid_v4("id", &id)?;
            reply::<A, _>(ApiKeys::delete_api_key(api, caller, id, context).await?)
        }

        Operation::Login => {
            let body = received.object()?;
            reply::<A, _>(Authentication::login(api, PasswordCheck::issue(operation), body, context).await?)
        }

        Operation::SignUpAdmin => {
            let body = received.object()?;
            reply::<A, _>(Authentication::sign_up_admin(api, body, context).await?)
        }

        Operation::ValidateAccessToken => {
            let caller = Granted::issue(api.authorize(operation, context).await?);
            reply::<A, _>(Authentication::validate_access_token(api, caller, context).await?)
        }

        Operation::ChangePassword => {
            let caller = Granted::issue(api.authorize(operation, context).await?);
            let body = received.object()?;
            reply::<A, _>(
                Authentication::change_password(api, caller, PasswordCheck::issue(operation), body, context).await?,
            )
        }

        Operation::Logout => {
            let caller = Granted::issue(api.authorize(operation, context).await?);
            reply::<A, _>(Authentication::logout(api, caller, context).await?)
        }

        Operation::GetAboutInfo => {
            let caller = Granted::issue(api.authorize(operation, context).await?);
            reply::<A, _>(Server::get_about_info(api, caller, context).await?)
        }

        Operation::PingServer => reply::<A, _>(Server::ping_server(api, context).await?),

        Operation::GetServerVersion => reply::<A, _>(Server::get_server_version(api, context).await?),

        Operation::GetServerFeatures => reply::<A, _>(Server::get_server_features(api, context).await?),

        Operation::GetServerConfig => reply::<A, _>(Server::get_server_config(api, context).await?),

        Operation::CreateSession => {
            let caller = Granted::issue(api.authorize(operation, context).await?);
            let body = received.object()?;
            reply::<A, _>(Sessions::create_session(api, caller, body, context).await?)
        }

        Operation::GetSessions => {
            let caller = Granted::issue(api.authorize(operation, context).await?);
            reply::<A, _>(Sessions::get_sessions(api, caller, context).await?)
        }

        Operation::DeleteAllSessions => {
            let caller = Granted::issue(api.authorize(operation, context).await?);
            reply::<A, _>(Sessions::delete_all_sessions(api, caller, context).await?)
        }

        Operation::DeleteSession => {
            let id = path::decode(route.segments[2]).map_err(RequestError::Parameter)?;
            let caller = Granted::issue(api.authorize(operation, context).await?);
            let id = path::uuid_v4("id", &id)?;
            reply::<A, _>(Sessions::delete_session(api, caller, id, context).await?)
        }

        Operation::SearchUsers => {
            let caller = Granted::issue(api.authorize(operation, context).await?);
            reply::<A, _>(Users::search_users(api, caller, context).await?)
        }

        Operation::GetMyUser => {
            let caller = Granted::issue(api.authorize(operation, context).await?);
            reply::<A, _>(Users::get_my_user(api, caller, context).await?)
        }

        Operation::UpdateMyUser => {
            let caller = Granted::issue(api.authorize(operation, context).await?);
            let body = received.object()?;
            reply::<A, _>(Users::update_my_user(api, caller, body, context).await?)
        }

        Operation::GetUser => {
            let id = path::decode(route.segments[2]).map_err(RequestError::Parameter)?;
            let caller = Granted::issue(api.authorize(operation, context).await?);
            let id = path::uuid_v4("id", &id)?;
            reply::<A, _>(Users::get_user(api, caller, id, context).await?)
        }
    }
}

fn reply<A: Api, R: IntoResponse>(reply: Reply<R>) -> Result<Response<Body>, A::Error> {
    Ok(reply.into_response()?)
}
