//! Sends what is almost a valid credential: altered, in the wrong place, of another kind, ended. Every one is sent to
//! every operation, with GET and with HEAD: a fault may be in one of them only.

mod altered;
mod prepared;

pub(super) use prepared::Prepared;

use crate::contract::{CredentialLocation, Operation};
use crate::http::{Request, RequestExt as _};
use crate::response::Message;
use crate::rule::Rule;
use crate::run::{CredentialKind, Expected, Purpose, Run};
use crate::value::valid::Extent;
use altered::{INVENTED, altered};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use prepared::Valid;
use std::time::Duration;

/// The status for a request without a valid credential.
const UNAUTHORIZED: u16 = 401;
/// A little longer than the shortest session, of one second.
const EXPIRY: Duration = Duration::from_millis(1300);
/// Where the original takes credentials that its contract does not mention. A server may ignore them.
const UNDOCUMENTED: [(CredentialKind, UndocumentedPlace); 4] = [
    (CredentialKind::Session, UndocumentedPlace::Header("x-immich-user-token")),
    (CredentialKind::Session, UndocumentedPlace::Header("x-immich-session-token")),
    (CredentialKind::Session, UndocumentedPlace::Query("sessionKey")),
    (CredentialKind::Key, UndocumentedPlace::Query("apiKey")),
];

#[derive(Clone, Copy)]
enum UndocumentedPlace {
    Header(&'static str),
    Query(&'static str),
}

/// A request that must be rejected, with the rule that it breaks if it is not, and the place of the finding.
struct Probe {
    request: Request,
    rule: Rule,
    at: String,
}

/// Sends all near misses to an operation.
pub(super) async fn check(run: &mut Run<'_>, operation: &Operation, prepared: &mut Prepared) {
    if !operation.is_secured() {
        return;
    }
    if let Some(why) = harmful(run, operation) {
        return run.skip(operation, Rule::CredentialWrong, &why);
    }
    prepared.refresh(run).await;
    for request in requests(run, operation).await {
        let mut probes = Probes { operation, has_more_places: run.profile.is_some(), base: request, all: Vec::new() };
        probes.collect(run, prepared);
        send(run, operation, probes.all).await;
    }
}

/// Sends a session that has expired meanwhile to every operation.
pub(super) async fn expired(run: &mut Run<'_>, operations: &[&Operation], prepared: &Prepared) {
    let Some((token, created)) = &prepared.expiring else { return };
    if !operations.iter().any(|operation| operation.is_secured()) {
        return;
    }
    tokio::time::sleep(EXPIRY.saturating_sub(created.elapsed())).await;
    let kind = CredentialKind::Session;
    if !prepared::is_rejected(run, kind, token).await {
        return;
    }
    for operation in operations {
        if harmful(run, operation).is_some() {
            continue;
        }
        for request in requests(run, operation).await {
            let mut probes =
                Probes { operation, has_more_places: run.profile.is_some(), base: request, all: Vec::new() };
            probes.in_every_place(kind, token, Rule::CredentialEnded, "that has expired");
            send(run, operation, probes.all).await;
        }
    }
}

/// Why the request must not be sent: a server that accepts it would end sessions that this run did not create.
fn harmful(run: &Run<'_>, operation: &Operation) -> Option<String> {
    let foreign = run.account.foreign_sessions;
    let ends_all = operation.id == "deleteAllSessions" && foreign > 0 && !run.options.may_end_sessions;
    ends_all.then(|| format!("would end {foreign} sessions if the server accepted it (--may-end-sessions)"))
}

/// The operation's request, and the same with HEAD.
async fn requests(run: &mut Run<'_>, operation: &Operation) -> Vec<Request> {
    if !operation.is_secured() {
        return Vec::new();
    }
    let Ok(draft) = run.draft(operation, Extent::Minimal, Purpose::Fail).await else { return Vec::new() };
    let request = run.request(operation, &draft);
    let head = operation.is_read().then(|| Request { method: "HEAD".to_owned(), ..request.clone() });
    [request].into_iter().chain(head).collect()
}

async fn send(run: &mut Run<'_>, operation: &Operation, probes: Vec<Probe>) {
    let rejected = probes.iter().map(|Probe { request, rule, at }| {
        (request.clone(), Expected::Rejection { rule: *rule, status: UNAUTHORIZED, at, message: Message::Text })
    });
    let responses = run.send_and_check_all(operation, &rejected.collect::<Vec<_>>()).await;
    let accepted = responses.iter().flatten().any(|response| response.is_success());
    // A server that accepts it may have ended the session of this run.
    if accepted && !operation.is_read() {
        run.renew_session().await;
    }
}

/// Collects the near misses for one request.
struct Probes<'a> {
    operation: &'a Operation,
    /// Whether the server may take credentials where the original takes them.
    has_more_places: bool,
    base: Request,
    all: Vec<Probe>,
}

impl Probes<'_> {
    fn collect(&mut self, run: &Run<'_>, prepared: &Prepared) {
        self.add(Rule::CredentialRequired, "no credential", |request| request);
        let account = [run.account.id.clone(), run.account.email.clone()];
        let [id, email] = account.map(Option::unwrap_or_default);
        for (name, value) in [
            ("X-Forwarded-User", email.as_str()),
            ("Remote-User", email.as_str()),
            ("X-User-Id", id.as_str()),
            ("X-Forwarded-For", "127.0.0.1"),
            ("X-Original-URL", "/"),
            ("X-HTTP-Method-Override", "OPTIONS"),
        ] {
            let at = format!("no credential, with the header {name}");
            self.add(Rule::CredentialRequired, &at, |request| request.header(name, value));
        }
        for (secret, how) in INVENTED {
            for kind in [CredentialKind::Session, CredentialKind::Key, CredentialKind::Password] {
                self.in_every_place(kind, secret, Rule::CredentialWrong, &format!("replaced by {how}"));
            }
        }
        for Valid { kind, secret, .. } in &prepared.valid {
            for (altered, how) in altered(secret) {
                self.in_every_place(*kind, &altered, Rule::CredentialWrong, how);
            }
            self.in_wrong_places(*kind, secret);
        }
        self.identifiers(run, prepared);
        self.empty();
        for ended in &prepared.ended {
            self.in_every_place(ended.kind, &ended.secret, Rule::CredentialEnded, ended.why);
        }
    }

    fn add(&mut self, rule: Rule, at: &str, change: impl FnOnce(Request) -> Request) {
        // Without its body HEAD is a separate place in the report, and may be a separate fault.
        let at = if self.base.is_head() { format!("{at} (HEAD)") } else { at.to_owned() };
        self.all.push(Probe { request: change(self.base.clone()), rule, at });
    }

    /// A secret wherever the contract, or else the original, takes that kind.
    fn in_every_place(&mut self, kind: CredentialKind, secret: &str, rule: Rule, how: &str) {
        let name = kind.name();
        for scheme in &self.operation.schemes {
            if CredentialKind::of(&scheme.location) == kind {
                let at = format!("{name} {how}: {}", scheme.location);
                self.add(rule, &at, |request| request.credential(&scheme.location, &escaped(&scheme.location, secret)));
            }
        }
        if !self.has_more_places {
            return;
        }
        for (_, place) in UNDOCUMENTED.into_iter().filter(|(taken, _)| *taken == kind) {
            let location = place.location();
            let at = format!("{name} {how}: {location}");
            self.add(rule, &at, |request| request.credential(&location, &escaped(&location, secret)));
        }
    }

    /// A valid secret where it does not belong.
    fn in_wrong_places(&mut self, kind: CredentialKind, secret: &str) {
        let name = kind.name();
        let documented = self.operation.schemes.iter().map(|scheme| scheme.location.clone());
        let undocumented = UNDOCUMENTED.into_iter().filter(|_| self.has_more_places);
        let undocumented = undocumented.map(|(kind, place)| (kind, place.location()));
        let places: Vec<(CredentialKind, CredentialLocation)> =
            documented.map(|location| (CredentialKind::of(&location), location)).chain(undocumented).collect();
        for (taken, location) in places {
            if taken != kind {
                let at = format!("a valid {name} in place of a {}: {location}", taken.name());
                self.add(Rule::CredentialWrong, &at, |request| request.credential(&location, secret));
                continue;
            }
            match location {
                CredentialLocation::Bearer => {
                    for scheme in ["Basic ", "Token ", "Digest ", "Bearerx ", "Bearer", "", "Bearer=", "Bearer:"] {
                        let at = format!("a valid {name} as Authorization: {scheme}…");
                        let value = format!("{scheme}{secret}");
                        self.add(Rule::CredentialWrong, &at, |request| request.header("Authorization", &value));
                    }
                    let quoted = format!("Bearer \"{secret}\"");
                    let at = format!("a valid {name} in quotes: {location}");
                    self.add(Rule::CredentialWrong, &at, |request| request.header("Authorization", &quoted));
                }
                CredentialLocation::Cookie(cookie) => {
                    for other in [format!("{cookie}x"), format!("x{cookie}"), "token".to_owned(), "session".to_owned()]
                    {
                        let at = format!("a valid {name} in a cookie of another name: {other}");
                        let location = CredentialLocation::Cookie(other);
                        self.add(Rule::CredentialWrong, &at, |request| request.credential(&location, secret));
                    }
                }
                CredentialLocation::Header(header) => {
                    let at = format!("a valid {name} in a header of another name: {header}x");
                    let location = CredentialLocation::Header(format!("{header}x"));
                    self.add(Rule::CredentialWrong, &at, |request| request.credential(&location, secret));
                }
                CredentialLocation::Query(_) | CredentialLocation::Basic => {}
            }
        }
    }

    /// Identifiers in place of secrets.
    fn identifiers(&mut self, run: &Run<'_>, prepared: &Prepared) {
        let made = prepared.valid.iter().filter_map(|valid| Some((valid.kind.name(), valid.id.clone()?)));
        let user = run.account.id.clone().map(|id| ("user", id));
        for (of, id) in made.chain(user) {
            for kind in [CredentialKind::Session, CredentialKind::Key] {
                let how = format!("replaced by the identifier of the {of}");
                self.in_every_place(kind, &id, Rule::CredentialWrong, &how);
            }
        }
    }

    /// No secret where one belongs.
    fn empty(&mut self) {
        for scheme in &self.operation.schemes {
            let at = format!("an empty {}", scheme.location);
            self.add(Rule::CredentialWrong, &at, |request| request.credential(&scheme.location, ""));
            if scheme.location == CredentialLocation::Bearer {
                let at = "an Authorization header with the word Bearer only";
                self.add(Rule::CredentialWrong, at, |request| request.header("Authorization", "Bearer"));
            }
        }
    }
}

impl UndocumentedPlace {
    fn location(self) -> CredentialLocation {
        match self {
            Self::Header(name) => CredentialLocation::Header(name.to_owned()),
            Self::Query(name) => CredentialLocation::Query(name.to_owned()),
        }
    }
}

fn escaped(location: &CredentialLocation, secret: &str) -> String {
    match location {
        CredentialLocation::Query(_) => utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
        _ => secret.to_owned(),
    }
}
