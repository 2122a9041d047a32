//! Answers 500 where a request panics. Without this layer a panic would close the connection without an answer.

use crate::error::Error;
use crate::http::application::Application;
use crate::http::context::RequestContext;
use crate::http::pipeline::{Answer, Next};
use crate::http::server::HttpServer;
use futures_util::FutureExt as _;
use std::any::Any;
use std::panic::AssertUnwindSafe;

pub(crate) async fn handle<A: Application>(
    server: &HttpServer<A>,
    context: &mut RequestContext,
    next: impl Next<A>,
) -> Answer {
    // After a panic only the request's head, client and id are used: no layer leaves these half written.
    match AssertUnwindSafe(next(server, context)).catch_unwind().await {
        Ok(response) => response,
        Err(panic) => context.refuse(Error::internal(format!("panicked: {}", message(&*panic)))),
    }
}

/// The message of a panic (see [`std::panic::PanicHookInfo::payload`]).
fn message(panic: &(dyn Any + Send)) -> &str {
    panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("?")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::layers::client_address::Proxies;
    use crate::http::layers::cors::Cors;
    use crate::http::pipeline;
    use http::{Request, StatusCode};
    use std::net::SocketAddr;
    use std::sync::Arc;

    #[tokio::test]
    async fn a_panic_is_answered_with_500_in_the_shape_of_the_contract() {
        let server = HttpServer {
            application: Arc::new(crate::mock::mock(1).unwrap()),
            health: Arc::default(),
            metrics: Arc::default(),
            audit: None,
            proxies: Proxies::default(),
            bodies: immich_wire::BodyReader::default(),
            cors: Cors::Off,
            security: crate::config::SecurityProfile::Compatible,
        };
        let request = Request::get("/api/users/me").header("host", "localhost").body(None).unwrap();
        let mut context = RequestContext::new(request, SocketAddr::from(([127, 0, 0, 1], 1)));

        let answer = pipeline::run(&server, &mut context, async |_: &HttpServer<_>, _: &mut RequestContext| {
            panic!("secret detail")
        })
        .await;

        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = String::from_utf8(answer.body().as_full().unwrap().to_vec()).unwrap();
        let id = answer.headers()["x-immich-cid"].to_str().unwrap();
        assert_eq!(
            body,
            format!(
                r#"{{"message":"Internal server error","error":"Internal Server Error","statusCode":500,"correlationId":"{id}"}}"#
            )
        );
    }
}
