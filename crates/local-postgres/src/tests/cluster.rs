//! The throwaway cluster of a run.

use super::*;

#[tokio::test]
async fn the_cluster_of_a_run_needs_its_password_and_ends_with_the_process() {
    let mut run = Helper::start("cluster", Path::new("-"), None);
    let line = run.line();
    let url = line.strip_prefix("ready ").unwrap();
    let client = connect(url).await.unwrap();
    let text = async |query: &str| client.query_one(query, &[]).await.unwrap().get::<_, String>(0);

    assert_eq!(text("SHOW fsync").await, "off");
    assert_eq!(text("SHOW is_superuser").await, "on");
    let folder = PathBuf::from(text("SHOW data_directory").await);
    let folder = folder.parent().unwrap();
    text("SELECT 'in the log' FROM set_config('log_statement', 'all', false)").await;
    text("SELECT 'logged'").await;
    let log = text("SELECT pg_read_file(current_setting('data_directory') || '/../log')").await;
    assert!(log.contains("SELECT 'logged'"), "{log}");
    let password = url.split([':', '@']).nth(2).unwrap();
    assert!(connect(&url.replace(password, "wrong")).await.is_err());

    run.kill();
    eventually("the folder is removed", || !folder.exists()).await;
    assert!(connect(url).await.is_err());
}
