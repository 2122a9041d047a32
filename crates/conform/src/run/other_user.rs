//! A second user. The contract creates none, so a command does.

use super::{Draft, Exam, Purpose, identifier};
use crate::contract::Operation;
use crate::http::RequestExt as _;
use crate::value::valid::Extent;
use serde_json::json;
use std::process::Stdio;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// Creates a user with the command: `EMAIL` and `NAME` are in its environment, the password on its standard input.
pub(crate) async fn create_user(command: &str, email: &str, name: &str, password: &str) -> Result<(), String> {
    let failed = |what: &str| format!("the command that creates a user {what}");
    let mut child = Command::new("/bin/sh")
        .args(["-c", command])
        .env("EMAIL", email)
        .env("NAME", name)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(&format!("cannot be started: {error}")))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A command that does not read it says so by failing.
        let _ = stdin.write_all(password.as_bytes()).await;
    }
    let output = child.wait_with_output().await.map_err(|error| failed(&error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(failed(&format!("failed: {}", said.lines().last().unwrap_or("it does not say why"))))
}

/// Logs in as a user, without a judgement: token and identifier.
pub(crate) async fn log_in_as(exam: &mut Exam<'_>, email: &str, password: &str) -> Option<(String, String)> {
    let login = exam.contract.operation("login")?;
    let request = exam.request(login, &Draft::of(json!({ "email": email, "password": password })));
    let answer = exam.prepare(login, &request).await?;
    Some((answer.text_at("/accessToken")?, answer.text_at("/userId")?))
}

impl Exam<'_> {
    /// Creates the second user with the command that was given, and logs in.
    pub(crate) async fn meet_stranger(&mut self) -> Result<(), String> {
        let Some(command) = &self.options.user_command else { return Ok(()) };
        let [name, password] = [(); 2].map(|()| uuid::Uuid::new_v4().simple().to_string());
        let email = format!("conform-{}@example.com", name.get(..8).unwrap_or_default());
        self.secrets.learn(&password);
        create_user(command, &email, "Conform", &password).await?;
        self.notes.push(format!("left behind: the user {email}, whom the contract cannot remove"));
        let session = log_in_as(self, &email, &password).await;
        let (token, _) = session.ok_or_else(|| format!("{email}, who was just created, cannot log in"))?;
        self.stranger = Some(token);
        Ok(())
    }

    /// Creates something as the second user, and gives its identifier.
    pub(crate) async fn strangers_item(&mut self, creates: &Operation) -> Option<String> {
        let token = self.stranger.clone()?;
        let place = creates.schemes.iter().map(|scheme| &scheme.place).find(|place| place.is_for_sessions())?;
        let draft = self.draft(creates, Extent::Minimal, Purpose::Succeed(None)).await.ok()?;
        let request = self.request(creates, &draft).credential(place, &token);
        let answer = self.prepare(creates, &request).await?;
        let id = identifier(&answer.json().ok()?)?;
        // It is not the account's to remove.
        self.made.items.retain(|(_, known)| *known != id);
        Some(id)
    }

    /// Removes what [`strangers_item`](Self::strangers_item) created.
    pub(crate) async fn remove_strangers_item(&mut self, creates: &Operation, id: &str) {
        let (Some(token), Some(deletes)) = (self.stranger.clone(), self.deletion(&creates.path)) else { return };
        let place = deletes.schemes.iter().map(|scheme| &scheme.place).find(|place| place.is_for_sessions());
        let (Some(place), Some(parameter)) = (place, deletes.parameters.first()) else { return };
        let draft = Draft::default().with_parameter(&parameter.name, parameter.position, id);
        let request = self.request(deletes, &draft).credential(place, &token);
        self.prepare(deletes, &request).await;
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
    async fn a_command_that_fails_is_told_with_its_last_words() {
        let error = create_user("echo one >&2; echo two >&2; exit 3", "a@b.c", "A", "s").await.unwrap_err();

        assert_eq!(error, "the command that creates a user failed: two");
    }
}
