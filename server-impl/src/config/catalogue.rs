//! Every setting there is, in the order in which it is listed.

use super::setting::Setting;
use super::{
    build_info, credential_cache, database, environment, limits, listen, log, login, metrics, mock, proxies, setup,
    system_file,
};

/// What every subcommand takes.
pub static COMMON: [&Setting; 11] = [
    &database::URL,
    &database::HOSTNAME,
    &database::PORT,
    &database::USERNAME,
    &database::PASSWORD,
    &database::DATABASE_NAME,
    &database::SSL_MODE,
    &database::DATA_DIR,
    &database::POSTGRES_BIN_DIR,
    &log::LEVEL,
    &log::FORMAT,
];

/// What only the server takes.
pub static SERVE: [&Setting; 26] = [
    &listen::HOST,
    &listen::PORT,
    &proxies::TRUSTED,
    &metrics::HOST,
    &metrics::PORT,
    &environment::ENVIRONMENT,
    &setup::ALLOW,
    &system_file::CONFIG_FILE,
    &login::MAX_FAILURES,
    &login::FAILURE_WINDOW,
    &credential_cache::MODE,
    &credential_cache::SIZE,
    &limits::HASH_THREADS,
    &limits::HASH_QUEUE,
    &limits::DB_CONNECTIONS,
    &limits::HEADER_TIMEOUT,
    &limits::BODY_TIMEOUT,
    &limits::IDLE_TIMEOUT,
    &limits::SHUTDOWN_TIMEOUT,
    &build_info::BUILD,
    &build_info::BUILD_URL,
    &build_info::REPOSITORY,
    &build_info::REPOSITORY_URL,
    &build_info::SOURCE_REF,
    &build_info::SOURCE_COMMIT,
    &build_info::SOURCE_URL,
];

/// What only the mock takes.
pub static MOCK: [&Setting; 3] = [&listen::HOST, &listen::PORT, &mock::SEED];

/// Every setting of the server and of what works on its database.
pub fn all() -> impl Iterator<Item = &'static Setting> {
    COMMON.iter().chain(&SERVE).copied()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_setting_has_names_of_its_own() {
        let names: BTreeSet<_> = all().map(|setting| setting.name).collect();
        let flags: BTreeSet<_> = all().map(|setting| setting.flag).collect();

        assert_eq!(names.len(), all().count());
        assert_eq!(flags.len(), all().count());
    }

    #[test]
    fn a_flag_is_its_environment_variable_in_kebab_case() {
        for setting in all().chain(MOCK) {
            let name = setting.name;
            let name = name.strip_prefix("IMMICH_").unwrap_or(name);
            assert_eq!(setting.flag, name.to_ascii_lowercase().replace('_', "-"));
        }
    }

    #[test]
    fn what_may_hold_a_password_is_secret_and_has_no_default() {
        for setting in [&database::URL, &database::PASSWORD] {
            assert!(setting.secret, "{}", setting.name);
            assert!(setting.default.value().is_none(), "{}", setting.name);
        }
    }
}
