//! `immich-server migrate`: brings the database up to date and says what was done.

use super::Failure;
use super::reach::{Purpose, locate, target};
use crate::config::Settings;
use crate::db;

pub(super) async fn run(settings: &Settings) -> Result<(), Failure> {
    let (url, embedded) = locate(settings, Purpose::Command).await?;
    let applied = db::migrate(&target(settings, url)).await;
    if let Some(embedded) = embedded {
        embedded.stop().await?;
    }
    let applied = applied?;
    for name in &applied {
        println!("applied {name}");
    }
    if applied.is_empty() {
        println!("the database is up to date");
    }
    Ok(())
}
