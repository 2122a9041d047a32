//! `docs/roles.md` can be followed step by step, with an owner that is not a superuser.

use local_postgres::{Cluster, PREFIX};
use tokio_postgres::NoTls;

use crate::harness::{Database, Program, Server};

const PAGE: &str = include_str!("../../docs/roles.md");

/// The blocks of SQL on the page, in order, without their indentation.
fn blocks() -> Vec<String> {
    let blocks = PAGE.split("```sql\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default());
    blocks.map(|block| block.lines().flat_map(|line| [line.trim_start(), "\n"]).collect()).collect()
}

async fn run(url: &str, statements: &str) {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    // One at a time: a database cannot be created together with anything else.
    for statement in statements.lines() {
        client.batch_execute(statement).await.unwrap_or_else(|error| panic!("{statement}: {error:?}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_steps_of_the_page_end_with_a_server_that_serves() {
    let cluster = Cluster::of_this_run().await;
    let name = format!("{PREFIX}{}", uuid::Uuid::new_v4().simple());
    let unique = |text: &str| {
        let text = text.replace("immich_owner", &format!("{name}_owner")).replace("immich_app", &format!("{name}_app"));
        text.replace("database immich", &format!("database {name}"))
    };
    let [set_up, grants] = &blocks()[..] else { panic!("the page has two blocks of SQL") };
    let set_up = unique(set_up);
    let (before, after) = set_up.split_once("\\connect immich\n").expect("the first block has two halves");
    run(&cluster.url(&cluster.maintenance), before).await;
    run(&cluster.url(&name), after).await;
    let address = format!("{}:{}", cluster.host, cluster.port);
    let url_of = |role: &str| format!("postgres://{name}_{role}:{role}-secret@{address}/{name}");
    let (owner, app) = (url_of("owner"), url_of("app"));

    Program::run(["migrate"]).with("DB_URL", &owner).await.must_succeed();
    let print = Program::run(["migrate", "--print-grants", &format!("{name}_app")]).with("DB_URL", &owner);
    let printed = print.await.must_succeed().stdout;
    assert_eq!(printed.split_once('\n').unwrap().1, unique(grants), "the page shows what is printed");
    run(&owner, &printed).await;

    let server = Server::on(&Database::new().await).and("--no-migrate").with("DB_URL", &app).start().await;
    let admin = server.sign_up_admin().await;
    let (_, child) = server.create_child(&admin).await;
    server.post("/auth/logout", serde_json::json!({})).bearer(&admin.token).await.must_be(200);
    assert!(!server.accepts(&child).await, "the foreign key has deleted the session of a session");
    server.stop();

    let maintenance = cluster.url(&cluster.maintenance);
    run(&maintenance, &format!("DROP DATABASE {name}\nDROP ROLE {name}_owner\nDROP ROLE {name}_app")).await;
}
