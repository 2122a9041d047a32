use super::*;

const ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

fn address(last: u8) -> IpAddr {
    IpAddr::from([198, 51, 100, last])
}

fn busy(connections: &Arc<Connections>, peer: IpAddr) -> ConnectionPermit {
    let permit = connections.admit(peer).expect("there is room");
    permit.set_busy();
    permit
}

/// A task that never ends, in place of one that serves the connection.
fn serve(permit: &ConnectionPermit) -> tokio::task::JoinHandle<()> {
    let task = tokio::spawn(std::future::pending());
    permit.task_setter()(task.abort_handle());
    task
}

#[test]
fn an_address_gets_a_quarter_of_the_connections_and_others_keep_the_rest() {
    let connections = Arc::new(Connections::new(80));
    let held: Vec<_> = (0..20).map(|_| busy(&connections, ADDRESS)).collect();

    assert!(connections.admit(ADDRESS).is_none());
    assert!(connections.admit(address(2)).is_some());

    drop(held);
    assert!(connections.admit(ADDRESS).is_some());
    assert_eq!(connections.counts(), ConnectionCounts { open: 0, displaced: 0, refused: 1 });
}

#[test]
fn an_exempt_address_may_take_all_connections_but_no_more() {
    let connections = Arc::new(Connections::new(80).exempt(|peer| peer == ADDRESS));
    let held: Vec<_> = (0..80).map(|_| busy(&connections, ADDRESS)).collect();

    assert!(connections.admit(ADDRESS).is_none());
    assert!(connections.admit(address(2)).is_none());
    assert_eq!(connections.counts(), ConnectionCounts { open: held.len(), displaced: 0, refused: 2 });
}

#[test]
fn all_addresses_of_an_ipv6_network_of_64_bits_count_as_one() {
    let connections = Arc::new(Connections::new(80));
    let held: Vec<_> = (0..20).map(|host| busy(&connections, format!("2001:db8::{host}").parse().unwrap())).collect();

    assert!(connections.admit("2001:db8::ffff:0:1".parse().unwrap()).is_none());
    assert!(connections.admit("2001:db8:0:1::1".parse().unwrap()).is_some());
    drop(held);
}

#[tokio::test]
async fn the_connection_of_the_same_address_that_was_idle_longest_is_closed_first() {
    let connections = Arc::new(Connections::new(80));
    let older_of_another = connections.admit(address(2)).unwrap();
    let held: Vec<_> = (0..20).map(|_| busy(&connections, ADDRESS)).collect();
    let tasks: Vec<_> = held.iter().map(serve).collect();
    let other = serve(&older_of_another);
    held[7].set_idle();
    held[3].set_idle();

    let new = connections.admit(ADDRESS).unwrap();

    tokio::task::yield_now().await;
    let ended: Vec<usize> = (0..20).filter(|&index| tasks[index].is_finished()).collect();
    assert_eq!(ended, [7]);
    assert!(!other.is_finished());
    assert_eq!(connections.counts(), ConnectionCounts { open: 21, displaced: 1, refused: 0 });
    drop((held, new));
    assert_eq!(connections.counts().open, 1);
}

#[tokio::test]
async fn a_full_server_closes_the_connection_that_was_idle_longest() {
    let connections = Arc::new(Connections::new(16));
    let held: Vec<_> = (0..16).map(|last| busy(&connections, address(last))).collect();
    let tasks: Vec<_> = held.iter().map(serve).collect();
    assert!(connections.admit(ADDRESS).is_none());
    held[5].set_idle();
    held[4].set_idle();
    held[5].set_busy();
    held[5].set_idle();

    let new = connections.admit(ADDRESS).unwrap();

    tokio::task::yield_now().await;
    assert!(tasks[4].is_finished() && !tasks[5].is_finished());
    drop((new, held));
    assert_eq!(connections.counts(), ConnectionCounts { open: 0, displaced: 1, refused: 1 });
}

#[tokio::test]
async fn on_a_full_server_the_address_with_most_connections_gives_way_although_none_is_idle() {
    let connections = Arc::new(Connections::new(80));
    let of_others: Vec<_> = (1..=4).flat_map(|last| [address(last); 15]).map(|peer| busy(&connections, peer)).collect();
    let of_one: Vec<_> = (0..20).map(|_| busy(&connections, ADDRESS)).collect();
    let tasks: Vec<_> = of_one.iter().map(serve).collect();

    let new: Vec<_> = (5..=8).map(|last| busy(&connections, address(last))).collect();

    tokio::task::yield_now().await;
    let ended: Vec<usize> = (0..20).filter(|&index| tasks[index].is_finished()).collect();
    assert_eq!(ended, [0, 1, 2, 3], "the oldest ones");
    assert!(connections.admit(address(9)).is_none(), "an address with few connections keeps them");
    assert!(connections.admit(ADDRESS).is_none());
    drop((of_others, of_one, new));
    assert_eq!(connections.counts(), ConnectionCounts { open: 0, displaced: 4, refused: 2 });
}

#[tokio::test]
async fn on_a_full_server_an_address_with_many_connections_takes_no_place_of_one_with_fewer() {
    let connections = Arc::new(Connections::new(80));
    let idle = connections.admit(address(1)).unwrap();
    let of_others: Vec<_> = (2..=4).flat_map(|last| [address(last); 20]).map(|peer| busy(&connections, peer)).collect();
    let of_one: Vec<_> = (0..19).map(|_| busy(&connections, ADDRESS)).collect();
    let task = serve(&idle);

    assert!(connections.admit(ADDRESS).is_none());
    let new = connections.admit(address(5));

    tokio::task::yield_now().await;
    assert!(new.is_some() && !task.is_finished());
    drop((of_others, of_one));
}

#[test]
fn half_as_many_streams_as_connections_are_in_flight_and_an_address_has_a_quarter_of_them() {
    let connections = Arc::new(Connections::new(160).exempt(|peer| peer == ADDRESS));
    let streams = |peer: IpAddr| {
        let connection = busy(&connections, peer);
        std::iter::from_fn(|| connection.begin_stream()).collect::<Vec<_>>()
    };

    let of_one = streams(address(1));
    assert_eq!((of_one.len(), streams(address(1)).len()), (20, 0));
    let of_proxy = streams(ADDRESS);
    assert_eq!((of_proxy.len(), streams(address(2)).len()), (60, 0));

    drop(of_one);
    assert_eq!(streams(address(2)).len(), 20);
}

#[tokio::test(start_paused = true)]
async fn new_connections_wait_while_many_displaced_ones_are_closing() {
    let connections = Arc::new(Connections::new(MAX_CLOSING).exempt(|_| true));
    let held: Vec<_> = (0..MAX_CLOSING).map(|_| connections.admit(ADDRESS).unwrap()).collect();
    let guards: Vec<_> = held.iter().map(ConnectionPermit::socket_guard).collect();
    let new: Vec<_> = (0..MAX_CLOSING).map(|_| connections.admit(ADDRESS).unwrap()).collect();
    let is_ready = async || tokio::time::timeout(CLOSING_PAUSE * 5, connections.displaced_are_closed()).await.is_ok();

    assert!(!is_ready().await);
    drop(guards);
    assert!(is_ready().await);
    drop((held, new));
}
