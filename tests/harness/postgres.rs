//! The template that the database of every test is copied from.

use local_postgres::{Cluster, PREFIX};
use tokio::sync::OnceCell;

use super::Program;

static TEMPLATE: OnceCell<String> = OnceCell::const_new();

/// The name of the template, migrated by the first call.
pub(crate) async fn template() -> &'static str {
    TEMPLATE
        .get_or_init(|| async {
            // Other test programs of the run may share the cluster.
            let name = format!("{PREFIX}template_{}", std::process::id());
            let cluster = Cluster::of_this_run().await;
            cluster.execute(&format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")).await;
            Program::run(["migrate"]).with("DB_URL", cluster.url(&name)).await.must_succeed();
            name
        })
        .await
}
