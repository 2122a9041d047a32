//! When sessions end by themselves in the security profile `strict` (OWASP ASVS 5.0, section 7.3).
//!
//! The absolute limit is the one of NIST SP 800-63B-4 for its first assurance level. Sessions that exist when the
//! profile is turned on are limited as well: the limits are applied when a session is used, not stored with it.

use crate::config::SecurityProfile;
use crate::db::session::SessionRow;
use time::{Duration, OffsetDateTime};

/// The limits of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLifetime {
    /// Since its last recorded use, which may be up to an hour before the last use.
    idle: Duration,
    /// Since it was created.
    absolute: Duration,
}

impl SessionLifetime {
    /// The limits of a profile; none in the profile `compatible`.
    #[must_use]
    pub fn of(profile: SecurityProfile) -> Option<Self> {
        profile.is_strict().then_some(Self { idle: Duration::days(14), absolute: Duration::days(30) })
    }

    /// Whether the session has ended.
    #[must_use]
    pub fn is_over(&self, session: &SessionRow, now: OffsetDateTime) -> bool {
        now - session.created_at >= self.absolute || now - session.updated_at >= self.idle
    }

    /// When a session ends that this one creates: no session outlives the login that it comes from. `wanted` is the end
    /// that the client asked for.
    #[must_use]
    pub fn end_of_child(&self, parent: &SessionRow, wanted: Option<OffsetDateTime>) -> OffsetDateTime {
        let end = parent.created_at.saturating_add(self.absolute);
        [parent.expires_at, wanted].into_iter().flatten().fold(end, OffsetDateTime::min)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;
    use uuid::Uuid;

    const CREATED: OffsetDateTime = datetime!(2026-01-01 00:00 UTC);

    fn session(updated_at: OffsetDateTime, expires_at: Option<OffsetDateTime>) -> SessionRow {
        SessionRow {
            id: Uuid::from_u128(1),
            user_id: Uuid::from_u128(2),
            parent_id: None,
            created_at: CREATED,
            updated_at,
            expires_at,
            device_type: String::new(),
            device_os: String::new(),
            app_version: None,
            is_pending_sync_reset: false,
        }
    }

    #[test]
    fn a_session_ends_14_days_after_its_last_use_and_30_days_after_the_login() {
        let lifetime = SessionLifetime::of(SecurityProfile::Strict).unwrap();
        let second = Duration::SECOND;
        for (used, now, over) in [
            (CREATED, CREATED, false),
            (CREATED, CREATED + Duration::days(14) - second, false),
            (CREATED, CREATED + Duration::days(14), true),
            (CREATED + Duration::days(29), CREATED + Duration::days(30) - second, false),
            (CREATED + Duration::days(29), CREATED + Duration::days(30), true),
        ] {
            assert_eq!(lifetime.is_over(&session(used, None), now), over, "used {used}, now {now}");
        }
        assert_eq!(SessionLifetime::of(SecurityProfile::Compatible), None);
    }

    #[test]
    fn a_child_ends_no_later_than_its_parent() {
        let lifetime = SessionLifetime::of(SecurityProfile::Strict).unwrap();
        let (soon, late) = (CREATED + Duration::days(1), CREATED + Duration::days(300));
        let end = CREATED + Duration::days(30);
        for (parent, wanted, expected) in [
            (None, None, end),
            (None, Some(soon), soon),
            (None, Some(late), end),
            (Some(soon), Some(late), soon),
            (Some(late), None, end),
        ] {
            assert_eq!(lifetime.end_of_child(&session(CREATED, parent), wanted), expected, "{parent:?} {wanted:?}");
        }
    }
}
