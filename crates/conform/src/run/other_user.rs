//! A second user. The contract creates none, so a command does.

use super::{Credential, Purpose, RequestDraft, Run, identifier};
use crate::contract::Operation;
use crate::http::RequestExt as _;
use crate::value::valid::Extent;
use serde_json::json;
use std::process::Stdio;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// Creates a user with the command: `EMAIL` and `NAME` are in its environment, the password on its standard input.
pub(crate) async fn create_user(command: &str, email: &str, name: &str, password: &str) -> Result<(), String> {
    let failed = |what: &str| format!("the user command {what}");
    let mut child = Command::new("/bin/sh")
        .args(["-c", command])
        .env("EMAIL", email)
        .env("NAME", name)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(&format!("could not be started: {error}")))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A command that does not read it fails, or does not need it.
        let _ = stdin.write_all(password.as_bytes()).await;
    }
    let output = child.wait_with_output().await.map_err(|error| failed(&error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    Err(failed(&format!("failed: {}", stderr.lines().last().unwrap_or("no message on standard error"))))
}

/// Logs in as a user and returns token and identifier; the response is not checked.
pub(crate) async fn log_in_as(run: &mut Run<'_>, email: &str, password: &str) -> Option<(String, String)> {
    let login = run.contract.operation("login")?;
    let request = run.request(login, &RequestDraft::of(json!({ "email": email, "password": password })));
    let response = run.send_unchecked(login, &request).await?;
    Some((response.text_at("/accessToken")?, response.text_at("/userId")?))
}

impl Run<'_> {
    /// Creates the second user with the user command, and logs in.
    pub(crate) async fn create_other_user(&mut self) -> Result<(), String> {
        let Some(command) = &self.options.user_command else { return Ok(()) };
        let [name, password] = [(); 2].map(|()| uuid::Uuid::new_v4().simple().to_string());
        let email = format!("conform-{}@example.com", name.get(..8).unwrap_or_default());
        self.secrets.add(&password);
        create_user(command, &email, "Conform", &password).await?;
        self.notes
            .push(format!("left behind: the user {email}, because the contract has no operation that removes users"));
        let session = log_in_as(self, &email, &password).await;
        let (token, _) =
            session.ok_or_else(|| format!("the user command succeeded, but its user {email} cannot log in"))?;
        self.other_user = Some(token);
        Ok(())
    }

    /// The credential of the second user for an operation.
    pub(crate) fn other_user_credential(&self, operation: &Operation) -> Option<Credential> {
        let locations = operation.schemes.iter().map(|scheme| &scheme.location);
        let location = locations.into_iter().find(|location| location.is_for_sessions())?.clone();
        Some(Credential { location, secret: self.other_user.clone()? })
    }

    /// Creates an item as the second user, and returns its identifier.
    pub(crate) async fn create_as_other_user(&mut self, creates: &Operation) -> Option<String> {
        let credential = self.other_user_credential(creates)?;
        let draft = self.draft(creates, Extent::Minimal, Purpose::Succeed(None)).await.ok()?;
        let request = self.request(creates, &draft).with(Some(&credential));
        let response = self.send_unchecked(creates, &request).await?;
        let id = identifier(&response.json().ok()?)?;
        self.created.hand_over(&id);
        Some(id)
    }

    /// Removes what [`create_as_other_user`](Self::create_as_other_user) created.
    pub(crate) async fn delete_as_other_user(&mut self, creates: &Operation, id: &str) {
        let Some(deletes) = self.deletion(&creates.path) else { return };
        let Some(credential) = self.other_user_credential(deletes) else { return };
        let request = self.request(deletes, &RequestDraft::for_item(deletes, Some(id))).with(Some(&credential));
        self.send_unchecked(deletes, &request).await;
        self.created.of_other_user.retain(|(_, known)| known != id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_command_gets_the_user_in_its_environment_and_the_password_on_its_input() {
        let folder = std::env::temp_dir().join(format!("conform-{}", uuid::Uuid::new_v4()));
        let command = format!("(echo \"$EMAIL\"; echo \"$NAME\"; cat) > {}", folder.display());

        create_user(&command, "a@b.c", "It's Anna", "secret").await.unwrap();

        let written = std::fs::read_to_string(&folder).unwrap();
        std::fs::remove_file(&folder).unwrap();
        assert_eq!(written, "a@b.c\nIt's Anna\nsecret");
    }

    #[tokio::test]
    async fn a_command_that_fails_is_reported_with_its_last_line() {
        let error = create_user("echo one >&2; echo two >&2; exit 3", "a@b.c", "A", "s").await.unwrap_err();

        assert_eq!(error, "the user command failed: two");
    }
}
