//! Who sends a request: upstream's order of credentials, and its permissions of keys.

use super::{Call, Failure, Upstream};

/// The user of a request.
pub(super) struct Caller {
    pub(super) user: String,
    pub(super) is_admin: bool,
    /// The permissions of a key; a session has all.
    permissions: Option<Vec<String>>,
}

impl Caller {
    pub(super) fn must_have(&self, permission: &str) -> Result<(), Failure> {
        let granted = |granted: &Vec<String>| granted.iter().any(|known| known == "all" || known == permission);
        match &self.permissions {
            Some(permissions) if !granted(permissions) => {
                Err(Failure::new(403, &format!("Missing required permission: {permission}")))
            }
            _ => Ok(()),
        }
    }
}

impl Call {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.headers.get(name)?.to_str().ok().filter(|value| !value.is_empty())
    }

    fn session_token(&self) -> Option<&str> {
        let bearer = || self.header("authorization")?.strip_prefix("Bearer ");
        let cookie = || {
            let mut cookies = self.header("cookie")?.split("; ");
            cookies.find_map(|cookie| cookie.strip_prefix("immich_access_token="))
        };
        self.header("x-immich-user-token").or_else(bearer).or_else(cookie)
    }
}

impl Upstream {
    pub(super) async fn caller(&self, call: &Call) -> Result<Caller, Failure> {
        let (secret, query, message) = match (call.session_token(), call.header("x-api-key")) {
            (Some(token), _) => (token, self.session_query(), "Invalid user token"),
            (None, Some(key)) => (key, self.key_query(), "Invalid API key"),
            (None, None) => return Err(Failure::new(401, "Authentication required")),
        };
        let found = self.database.query_opt(&query, &[&secret]).await?;
        let row = found.ok_or_else(|| Failure::new(401, message))?;
        Ok(Caller { user: row.get(0), is_admin: row.get(1), permissions: row.get(2) })
    }

    fn session_query(&self) -> String {
        format!(
            "SELECT u.id::text, u.\"isAdmin\", NULL::text[] FROM session s JOIN \"user\" u ON u.id = s.\"userId\" \
             WHERE s.token = {} AND u.\"deletedAt\" IS NULL AND (s.\"expiresAt\" IS NULL OR s.\"expiresAt\" > now())",
            self.hash
        )
    }

    fn key_query(&self) -> String {
        format!(
            "SELECT u.id::text, u.\"isAdmin\", k.permissions::text[] FROM api_key k JOIN \"user\" u \
             ON u.id = k.\"userId\" WHERE k.key = {} AND u.\"deletedAt\" IS NULL",
            self.hash
        )
    }
}
