//! All exchanges as an HTTP Archive (HAR 1.2), for the tools of browsers.

use super::Report;
use crate::http::{RecordedExchange, RecordedResponse};
use percent_encoding::{CONTROLS, percent_decode_str, utf8_percent_encode};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;

pub(super) fn render(report: &Report) -> Value {
    json!({ "log": {
        "version": "1.2",
        "creator": { "name": "immich-server conform", "version": env!("CARGO_PKG_VERSION") },
        "comment": format!("{} against {}; secrets are shortened", report.server, report.contract),
        "entries": report.exchanges.iter().map(entry).collect::<Vec<_>>(),
    } })
}

fn entry(exchange: &RecordedExchange) -> Value {
    let took = exchange.took.as_secs_f64() * 1000.0;
    let mut request = json!({
        "method": exchange.method,
        // What is shortened ends with a character that no URL has.
        "url": utf8_percent_encode(&exchange.url, CONTROLS).to_string(),
        "httpVersion": "HTTP/1.1",
        "cookies": cookies(&exchange.request_headers, "cookie"),
        "headers": pairs(&exchange.request_headers),
        "queryString": query(&exchange.url),
        "headersSize": -1,
        "bodySize": exchange.request_body.as_ref().map_or(0, String::len),
    });
    if let Some(body) = &exchange.request_body {
        let mime_type = header(&exchange.request_headers, "content-type");
        request["postData"] = json!({ "mimeType": mime_type, "text": body });
    }
    let mut entry = json!({
        "startedDateTime": exchange.started.format(&Rfc3339).unwrap_or_default(),
        "time": took,
        "request": request,
        "response": response(exchange.response.as_ref().ok()),
        "cache": {},
        // The parts of the time are not measured apart.
        "timings": { "send": 0, "wait": took, "receive": 0 },
        "comment": exchange.operation,
    });
    if let Err(error) = &exchange.response {
        // As browsers write a request that failed.
        entry["response"]["_error"] = json!(error);
    }
    entry
}

fn response(response: Option<&RecordedResponse>) -> Value {
    let (status, headers, body) = match response {
        Some(RecordedResponse { status, headers, body }) => (*status, headers.as_slice(), body.as_str()),
        None => (0, [].as_slice(), ""),
    };
    json!({
        "status": status,
        "statusText": http::StatusCode::from_u16(status).ok().and_then(|code| code.canonical_reason()).unwrap_or(""),
        "httpVersion": "HTTP/1.1",
        "cookies": cookies(headers, "set-cookie"),
        "headers": pairs(headers),
        "content": { "size": body.len(), "mimeType": header(headers, "content-type"), "text": body },
        "redirectURL": header(headers, "location"),
        "headersSize": -1,
        "bodySize": -1,
    })
}

fn pairs(headers: &[(String, String)]) -> Vec<Value> {
    headers.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> &'a str {
    headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
}

/// Names and values of cookies; `Cookie` has several, and `Set-Cookie` has one with its attributes.
fn cookies(headers: &[(String, String)], name: &str) -> Vec<Value> {
    let own = headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
    let count = if name == "cookie" { usize::MAX } else { 1 };
    let pairs = own.flat_map(|(_, value)| value.split(';').take(count)).filter_map(|pair| pair.trim().split_once('='));
    pairs.map(|(name, value)| json!({ "name": name, "value": value })).collect()
}

fn query(url: &str) -> Vec<Value> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| json!({ "name": decoded(name), "value": decoded(value) }))
        .collect()
}
