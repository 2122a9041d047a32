//! The database is not up yet when the server starts.

use std::time::{Duration, Instant};

use crate::harness::{Database, Program, Proxy, Server};

const CLOSED_PORT: &str = "postgres://ann:canary@127.0.0.1:1/x";

#[tokio::test(flavor = "multi_thread")]
async fn serve_and_migrate_wait_for_a_database_that_is_not_up_yet() {
    let database = Database::new().await;
    let proxy = Proxy::to(&database.server_address()).await;
    proxy.cut();
    let url = database.url_through(&proxy);
    let begin = Instant::now();
    let up = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        proxy.restore();
    };

    let serve = Server::on(&database).with("DB_URL", &url).start();
    let migrate = Program::run(["migrate"]).with("DB_URL", &url);
    let (server, migrated, ()) = tokio::join!(serve, migrate, up);

    assert!(begin.elapsed() >= Duration::from_secs(1));
    migrated.must_succeed();
    server.raw("GET", "/readyz").await.must_be(200);
    assert_eq!(server.log().matches("waiting for the database").count(), 1, "{}", server.log());
    assert!(server.log().contains("the database is available"), "{}", server.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wait_for_the_database_is_bounded() {
    for command in ["serve", "migrate"] {
        let begin = Instant::now();
        let outcome = Program::run([command]).with("DB_URL", CLOSED_PORT).with("DB_WAIT", "1").with("IMMICH_PORT", "0");
        let outcome = outcome.await;
        assert_eq!(outcome.code, Some(1), "{outcome:?}");
        assert!(begin.elapsed() >= Duration::from_secs(1), "{command}");
        let last = outcome.stderr.lines().last().unwrap_or_default();
        assert!(last.contains("the database was not available within 1 s (DB_WAIT)"), "{outcome:?}");
        assert!(last.contains("refused the connection"), "{outcome:?}");
        assert!(!outcome.stderr.contains("canary"), "{outcome:?}");

        let at_once = Program::run([command]).with("DB_URL", CLOSED_PORT).with("DB_WAIT", "0").with("IMMICH_PORT", "0");
        at_once.await.must_fail_in_one_line();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_server_waits_for_the_database_its_port_refuses_connections() {
    let port = local_postgres::free_port();
    let waiting = Program::run(["serve"]).with("DB_URL", CLOSED_PORT).with("DB_WAIT", "3");
    let waiting = tokio::spawn(waiting.with("IMMICH_PORT", port.to_string()).into_future());

    tokio::time::sleep(Duration::from_secs(1)).await;
    let refused = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);

    assert_eq!(waiting.await.unwrap().code, Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_another_configuration_can_change_is_not_waited_for() {
    let database = Database::new().await;
    let url = database.url();
    let (without_name, _) = url.rsplit_once('/').expect("the URL has a name");
    let wrong_password = url.replace(database.password(), "wrong-password");
    for (url, reason) in
        [(format!("{without_name}/no_such_database"), "no such database"), (wrong_password, "rejected the user")]
    {
        for command in ["serve", "migrate"] {
            let begin = Instant::now();
            let outcome = Program::run([command]).with("DB_URL", &url).with("IMMICH_PORT", "0").await;
            let line = outcome.must_fail_in_one_line();
            assert!(line.contains(reason), "{line}");
            assert!(begin.elapsed() < Duration::from_secs(20), "{command}: {:?}", begin.elapsed());
        }
    }
}
