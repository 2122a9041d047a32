//! `conform`: the server to check, the checks, and the credentials.

mod reports;

use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;
use immich_conform::golden::{CaseError, Cases};
use immich_conform::{Check, Credentials, Options, ProfileChoice, Severity, Transport, proxy_of_environment};
pub use reports::Reports;
use secrecy::SecretString;

/// `conform`
#[derive(Clone, Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch")]
pub struct Conform {
    /// URL of the server to check, with or without /api at the end
    #[arg(long, value_name = "URL")]
    url: String,
    /// Contract to check against, as a file or URL of OpenAPI 3 in JSON or YAML [default: that of this program]
    #[arg(long, value_name = "FILE|URL", conflicts_with = "golden")]
    pub spec: Option<String>,
    /// File of certificates (PEM) to trust instead of the system's authorities
    #[arg(long, value_name = "FILE")]
    cacert: Option<PathBuf>,
    /// Accept any certificate of the server
    #[arg(long, conflicts_with = "cacert")]
    insecure: bool,
    /// Client certificate (PEM)
    #[arg(long, value_name = "FILE")]
    cert: Option<PathBuf>,
    /// Private key of the client certificate (PEM), if --cert does not contain it
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,
    /// Header to add to every request, as 'Name: value'; may be repeated
    #[arg(short = 'H', long, value_name = "HEADER")]
    header: Vec<SecretString>,
    /// User of an ingress before the server: HTTP basic authentication
    #[arg(long, value_name = "NAME:PASSWORD", env = "IMMICH_CONFORM_USER", hide_env_values = true)]
    user: Option<SecretString>,
    #[arg(
        long,
        value_name = "URL",
        help = "HTTP proxy [default: HTTP_PROXY or HTTPS_PROXY, unless NO_PROXY excludes the server]"
    )]
    proxy: Option<SecretString>,
    /// E-mail address of the account to use; on an empty server, of the administrator to sign up
    #[arg(long, value_name = "EMAIL", env = "IMMICH_CONFORM_EMAIL", requires = "password")]
    email: Option<String>,
    /// Password of the account
    #[arg(long, value_name = "PASSWORD", env = "IMMICH_CONFORM_PASSWORD", hide_env_values = true, requires = "email")]
    password: Option<SecretString>,
    /// Session token to use instead of an e-mail address and a password
    #[arg(
        long,
        value_name = "TOKEN",
        env = "IMMICH_CONFORM_TOKEN",
        hide_env_values = true,
        conflicts_with_all = ["email", "api_key"]
    )]
    token: Option<SecretString>,
    /// API key to use instead of an e-mail address and a password
    #[arg(long, value_name = "KEY", env = "IMMICH_CONFORM_API_KEY", hide_env_values = true, conflicts_with = "email")]
    api_key: Option<SecretString>,
    /// Shell command that creates a second user, with EMAIL and NAME in its environment and the password on its
    /// standard input
    #[arg(long, value_name = "COMMAND")]
    user_command: Option<String>,
    /// Also replay the recorded cases; they need an empty server and leave their users behind
    #[arg(long, value_name = "SWITCH", default_value = "off")]
    golden: Switch,
    /// Check only this operation; may be repeated
    #[arg(long, value_name = "OPERATION")]
    operation: Vec<String>,
    /// Run only this check; may be repeated
    #[arg(long, value_name = "CHECK", value_parser = check)]
    check: Vec<Check>,
    /// Allow requests that end sessions of the account which this run did not create
    #[arg(long)]
    may_end_sessions: bool,
    /// Sign up the first administrator on an empty server; without --email and --password, its password is generated
    /// and printed on standard error
    #[arg(long)]
    set_up: bool,
    /// What to check beyond the contract: immich-2.5, or none; without this option, what the version of the server
    /// says
    #[arg(long, value_name = "PROFILE", value_parser = ProfileChoice::parse)]
    profile: Option<ProfileChoice>,
    /// Fail on findings from this severity up: error, warning or note
    #[arg(long, value_name = "SEVERITY", default_value = "error", value_parser = severity)]
    fail_on: Severity,
    /// Make every finding an error, also additions that the contract allows
    #[arg(long)]
    strict: bool,
    /// Reports, accepted findings, and the least coverage.
    #[command(flatten)]
    pub reports: Reports,
    /// Seconds to wait for each response
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..))]
    timeout: u64,
    /// Seconds that the whole run may take; then it ends with exit status 2 and reports what it found until then
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    max_time: Option<u64>,
    /// Do not show how far the run is
    #[arg(long)]
    pub quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Switch {
    Off,
    On,
}

impl Conform {
    /// The options of the checker.
    ///
    /// # Errors
    /// The recorded cases that come with this program are damaged.
    pub fn options(&self) -> Result<Options, CaseError> {
        let credentials = match (&self.email, &self.password, &self.token, &self.api_key) {
            (Some(email), Some(password), ..) => {
                Credentials::Password { email: email.clone(), password: password.clone() }
            }
            (_, _, Some(token), _) => Credentials::Session(token.clone()),
            (_, _, _, Some(key)) => Credentials::Key(key.clone()),
            _ => Credentials::None,
        };
        let golden = if self.golden == Switch::On { Some(Cases::embedded()?) } else { None };
        Ok(Options {
            credentials,
            user_command: self.user_command.clone(),
            golden,
            operations: self.operation.clone(),
            checks: self.check.clone(),
            may_end_sessions: self.may_end_sessions,
            set_up: self.set_up,
            on_set_up: Some(print_password),
            profile: self.profile.clone().unwrap_or_default(),
            fail_on: self.fail_on,
            min_coverage: self.reports.min_coverage,
            keeps_exchanges: self.reports.har.is_some(),
            strict: self.strict,
            timeout: Duration::from_secs(self.timeout),
            transport: self.transport(),
            max_time: self.max_time.map(Duration::from_secs),
            ..Options::new(&self.url)
        })
    }
}

impl Conform {
    fn transport(&self) -> Transport {
        let of_environment =
            || proxy_of_environment(&self.url, |name| std::env::var(name).ok()).map(SecretString::from);
        let key = self.key.as_ref().or(self.cert.as_ref());
        Transport {
            authorities: self.cacert.clone(),
            insecure: self.insecure,
            client_certificate: self.cert.clone().zip(key.cloned()),
            headers: self.header.clone(),
            user: self.user.clone(),
            proxy: self.proxy.clone().or_else(of_environment),
        }
    }
}

fn check(name: &str) -> Result<Check, String> {
    let names = || Check::ALL.map(Check::id).join(", ");
    Check::ALL.into_iter().find(|check| check.id() == name).ok_or_else(|| format!("one of: {}", names()))
}

fn severity(name: &str) -> Result<Severity, String> {
    let names = || Severity::ALL.map(Severity::id).join(", ");
    Severity::ALL.into_iter().find(|severity| severity.id() == name).ok_or_else(|| format!("one of: {}", names()))
}

/// The only time that the password is printed: the account stays on the server, and later runs need it.
fn print_password(email: &str, password: &str) {
    eprintln!("immich-server: signed up the administrator {email}; later runs: --email {email} --password {password}");
}
