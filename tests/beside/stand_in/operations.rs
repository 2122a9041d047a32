//! The operations of the stand-in. Upstream serves the operations of our contract, too, to clients that reach it directly.

use serde_json::{Value, json};
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::caller::Caller;
use super::{Call, Failure, Success, Upstream};

impl Upstream {
    pub(super) async fn serve(&self, call: &Call) -> Result<Success, Failure> {
        let path = call.head.uri.path().strip_prefix("/api/").ok_or_else(|| Failure::new(404, "Not Found"))?;
        let segments: Vec<&str> = path.split('/').collect();
        match (call.head.method.as_str(), segments.as_slice()) {
            ("POST", ["auth", "login"]) => self.login(&call.body).await,
            ("POST", ["oauth", "callback"]) => self.finish_oauth(&call.body).await,
            ("POST", ["oauth", "backchannel-logout"]) => self.log_out_of_oauth(&call.body).await,
            (method, segments) => {
                let caller = self.caller(call).await?;
                self.serve_caller(&caller, method, segments, &call.body).await
            }
        }
    }

    async fn serve_caller(
        &self,
        caller: &Caller,
        method: &str,
        segments: &[&str],
        body: &Value,
    ) -> Result<Success, Failure> {
        let user = caller.user.as_str();
        match (method, segments) {
            ("GET", ["users", "me", "preferences"]) => {
                caller.must_have("userPreference.read")?;
                self.json(
                    "SELECT value::text FROM user_metadata WHERE key = 'preferences' AND \"userId\"::text = $1",
                    user,
                )
                .await
            }
            ("GET", ["albums"]) => {
                caller.must_have("album.read")?;
                self.json("SELECT coalesce(json_agg(a), '[]')::text FROM album a WHERE \"ownerId\"::text = $1", user)
                    .await
            }
            ("PUT", ["sessions", id]) => {
                caller.must_have("session.update")?;
                let update =
                    "UPDATE session SET \"isPendingSyncReset\" = true WHERE id::text = $1 AND \"userId\"::text = $2";
                self.execute(update, &[id, &user]).await.map(|()| Success::with(200, json!({"id": id})))
            }
            ("DELETE", ["sessions", id]) => {
                caller.must_have("session.delete")?;
                let delete = "DELETE FROM session WHERE id::text = $1 AND \"userId\"::text = $2";
                self.execute(delete, &[id, &user]).await.map(|()| Success::empty())
            }
            ("POST", ["api-keys"]) => {
                caller.must_have("apiKey.create")?;
                self.create_key(user, body).await
            }
            ("PUT", ["api-keys", id]) => {
                caller.must_have("apiKey.update")?;
                let update = "UPDATE api_key SET permissions = $3 WHERE id::text = $1 AND \"userId\"::text = $2";
                self.execute(update, &[id, &user, &permissions(body)])
                    .await
                    .map(|()| Success::with(200, json!({"id": id})))
            }
            ("DELETE", ["api-keys", id]) => {
                caller.must_have("apiKey.delete")?;
                let delete = "DELETE FROM api_key WHERE id::text = $1 AND \"userId\"::text = $2";
                self.execute(delete, &[id, &user]).await.map(|()| Success::empty())
            }
            ("PUT", ["users", "me", kind @ ("onboarding" | "license")]) => {
                caller.must_have(if *kind == "license" { "userLicense.update" } else { "userOnboarding.update" })?;
                let upsert = "INSERT INTO user_metadata (\"userId\", key, value) VALUES ($1::text::uuid, $2, $3::text::jsonb) \
                              ON CONFLICT (\"userId\", key) DO UPDATE SET value = excluded.value";
                self.execute(upsert, &[&user, kind, &body.to_string()]).await.map(|()| Success::with(200, body.clone()))
            }
            (_, ["admin", ..] | ["system-config"] | ["server", "license"]) if !caller.is_admin => {
                Err(Failure::new(403, "Forbidden"))
            }
            (method, ["admin", "users", rest @ ..]) => self.manage_users(caller, method, rest, body).await,
            ("PUT", ["system-config"]) => {
                caller.must_have("systemConfig.update")?;
                self.store("system-config", body).await
            }
            ("PUT", ["server", "license"]) => {
                caller.must_have("serverLicense.update")?;
                self.store("license", body).await
            }
            ("DELETE", ["server", "license"]) => {
                caller.must_have("serverLicense.delete")?;
                self.execute("DELETE FROM system_metadata WHERE key = 'license'", &[]).await.map(|()| Success::empty())
            }
            _ => Ok(Success::with(200, json!([]))),
        }
    }

    async fn manage_users(
        &self,
        caller: &Caller,
        method: &str,
        segments: &[&str],
        body: &Value,
    ) -> Result<Success, Failure> {
        match (method, segments) {
            ("POST", []) => {
                caller.must_have("adminUser.create")?;
                let insert = "INSERT INTO \"user\" (email, name, password) VALUES ($1, $2, $3)";
                let password = hash_password(text(body, "password"));
                self.execute(insert, &[&text(body, "email"), &text(body, "name"), &password]).await?;
                Ok(Success::with(201, body.clone()))
            }
            ("PUT", [id]) => {
                caller.must_have("adminUser.update")?;
                let password = hash_password(text(body, "password"));
                self.execute("UPDATE \"user\" SET password = $2 WHERE id::text = $1", &[id, &password]).await?;
                Ok(Success::with(200, json!({"id": id})))
            }
            ("DELETE", [id]) => {
                caller.must_have("adminUser.delete")?;
                let delete = "UPDATE \"user\" SET \"deletedAt\" = now(), status = 'deleted' WHERE id::text = $1";
                self.execute(delete, &[id]).await.map(|()| Success::with(200, json!({"id": id})))
            }
            ("POST", [id, "restore"]) => {
                caller.must_have("adminUser.delete")?;
                let restore = "UPDATE \"user\" SET \"deletedAt\" = NULL, status = 'active' WHERE id::text = $1";
                self.execute(restore, &[id]).await.map(|()| Success::with(200, json!({"id": id})))
            }
            _ => Err(Failure::new(404, "Not Found")),
        }
    }

    async fn login(&self, body: &Value) -> Result<Success, Failure> {
        let query = "SELECT id::text, password FROM \"user\" WHERE email = $1 AND \"deletedAt\" IS NULL";
        let found = self.database.query_opt(query, &[&text(body, "email")]).await?;
        let matches = |hash: &str| bcrypt::verify(text(body, "password"), hash).unwrap_or(false);
        match found.map(|row| (row.get::<_, String>(0), row.get::<_, String>(1))) {
            Some((user, hash)) if matches(&hash) => self.create_session(&user).await,
            _ => Err(Failure::new(401, "Incorrect email or password")),
        }
    }

    /// The stand-in for the identity provider: the code in `url` is the user's id there.
    async fn finish_oauth(&self, body: &Value) -> Result<Success, Failure> {
        let code = text(body, "url").rsplit_once("code=").map_or("", |(_, code)| code);
        let query = "SELECT id::text FROM \"user\" WHERE \"oauthId\" = $1 AND \"deletedAt\" IS NULL";
        let found = self.database.query_opt(query, &[&code]).await?;
        let row = found.ok_or_else(|| Failure::new(400, "User not found"))?;
        self.create_session(row.get(0)).await
    }

    /// Ends all sessions of a user of the identity provider, whose id is the token here.
    async fn log_out_of_oauth(&self, body: &Value) -> Result<Success, Failure> {
        let delete = "DELETE FROM session WHERE \"userId\" = (SELECT id FROM \"user\" WHERE \"oauthId\" = $1)";
        self.execute(delete, &[&text(body, "logout_token")]).await.map(|()| Success::with(200, Value::Null))
    }

    async fn create_session(&self, user: &str) -> Result<Success, Failure> {
        let token = Uuid::new_v4().simple().to_string();
        let insert = format!("INSERT INTO session (token, \"userId\") VALUES ({}, $2::text::uuid)", self.hash);
        self.execute(&insert, &[&token, &user]).await?;
        let cookies = vec![
            format!("immich_access_token={token}"),
            "immich_auth_type=oauth".to_owned(),
            "immich_is_authenticated=true".to_owned(),
        ];
        Ok(Success { status: 201, body: json!({"accessToken": token, "userId": user}), cookies })
    }

    async fn create_key(&self, user: &str, body: &Value) -> Result<Success, Failure> {
        let secret = Uuid::new_v4().simple().to_string();
        let insert = format!(
            "INSERT INTO api_key (key, \"userId\", name, permissions) VALUES ({}, $2::text::uuid, 'API Key', $3) \
             RETURNING id::text",
            self.hash
        );
        let row = self.database.query_one(&insert, &[&secret, &user, &permissions(body)]).await?;
        Ok(Success::with(201, json!({"secret": secret, "apiKey": {"id": row.get::<_, String>(0)}})))
    }

    /// Stores a value for the whole installation.
    async fn store(&self, key: &str, value: &Value) -> Result<Success, Failure> {
        let upsert = "INSERT INTO system_metadata (key, value) VALUES ($1, $2::text::jsonb) \
                      ON CONFLICT (key) DO UPDATE SET value = excluded.value";
        self.execute(upsert, &[&key, &value.to_string()]).await.map(|()| Success::with(200, value.clone()))
    }

    /// The single JSON value that a query about a user returns.
    async fn json(&self, query: &str, user: &str) -> Result<Success, Failure> {
        let row = self.database.query_opt(query, &[&user]).await?;
        let body = row.map(|row| row.get::<_, String>(0)).and_then(|text| serde_json::from_str(&text).ok());
        Ok(Success::with(200, body.unwrap_or_else(|| json!({}))))
    }

    /// Runs a statement that must change at least one row.
    async fn execute(&self, statement: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<(), Failure> {
        match self.database.execute(statement, parameters).await? {
            0 => Err(Failure::new(400, "Not found or no access")),
            _ => Ok(()),
        }
    }
}

fn text<'a>(body: &'a Value, name: &str) -> &'a str {
    body[name].as_str().unwrap_or_default()
}

fn permissions(body: &Value) -> Vec<&str> {
    body["permissions"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn hash_password(password: &str) -> String {
    bcrypt::hash(password, 10).expect("the password is short enough")
}
