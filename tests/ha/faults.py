"""The faults, one after the other. Each returns when the cluster is healthy again."""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from compose import command, environment
from database import Node, leader, wait_until, wait_until_healthy
from network import run
from servers import Pair, Server


@dataclass(frozen=True)
class System:
    """All that can fail."""

    nodes: list[Node]
    pairs: list[Pair]
    program: str
    other_program: str

    def servers(self) -> list[Server]:
        return [server for pair in self.pairs for server in pair.servers]


# A dead leader is replaced after `ttl` seconds, and a little more.
FAILOVER_SECONDS = 60


def wait_for_other_leader(system: System, old: Node) -> Node:
    others = [node for node in system.nodes if node is not old]
    wait_until("another leader", FAILOVER_SECONDS, lambda: any(node.is_leader() for node in others))
    # Long enough to see whether writes are back.
    time.sleep(3)
    return next(node for node in others if node.is_leader())


def quiet(_: System) -> None:
    """Nothing fails: the other figures are compared with this one."""
    time.sleep(8)


def kill_leader(system: System) -> None:
    """Every process of the leader's node ends: Postgres, Patroni, etcd."""
    old = leader(system.nodes)
    old.kill()
    wait_for_other_leader(system, old)
    old.start()


def kill_postgres(system: System) -> None:
    """Postgres crashes, Patroni does not."""
    old = leader(system.nodes)
    old.kill_postgres()
    wait_for_other_leader(system, old)


def stop_leader(system: System) -> None:
    """The leader's node stands still (SIGSTOP), with all its connections open, and later continues."""
    old = leader(system.nodes)
    old.host.signal_all(signal.SIGSTOP)
    try:
        wait_for_other_leader(system, old)
    finally:
        old.host.signal_all(signal.SIGCONT)
    time.sleep(3)


def partition_leader(system: System) -> None:
    """The leader's node loses its network."""
    old = leader(system.nodes)
    old.host.disconnect()
    wait_for_other_leader(system, old)
    old.host.connect()


def partition_from_nodes(system: System) -> None:
    """The leader's node loses the other nodes only: our servers still reach the old leader and the new one."""
    old = leader(system.nodes)
    others = [node.host for node in system.nodes if node is not old]
    old.host.lose(others)
    wait_for_other_leader(system, old)
    old.host.find(others)


def switchover(system: System) -> None:
    """`patronictl switchover`."""
    old = leader(system.nodes)
    configuration = command(old.name)[-1]
    settings = [f"{name}={value}" for name, value in environment(old.name).items()]
    run("env", *settings, "patronictl", "-c", configuration, "switchover", "--force", "--master", old.name)
    wait_for_other_leader(system, old)


def restart_servers(system: System) -> None:
    """Our servers restart one by one, with SIGTERM: no request may notice."""
    for pair in system.pairs:
        for server in pair.servers:
            server.restart()
            time.sleep(1)


def kill_server(system: System) -> None:
    """One of our servers of each pair is killed, and started again."""
    for pair in system.pairs:
        pair.servers[0].kill()
        time.sleep(1)
        pair.servers[0].start()
        wait_until(f"{pair.servers[0].name} is ready", 30, pair.servers[0].is_ready)
        time.sleep(1)


def restart_etcd(system: System) -> None:
    """The members of etcd restart one by one."""
    for node in system.nodes:
        node.stop_etcd()
        node.start_etcd()
        time.sleep(3)


def restart_databases(system: System) -> None:
    """Patroni and Postgres restart one by one, the leader last."""
    first = leader(system.nodes)
    for node in [*(node for node in system.nodes if node is not first), first]:
        node.stop_patroni()
        if node is first:
            wait_for_other_leader(system, node)
        node.start_patroni()
        wait_until_healthy(system.nodes)


def two_releases(system: System) -> None:
    """One server of each pair is of the other release, while the leader changes."""
    for pair in system.pairs:
        pair.servers[1].restart(system.other_program)
    switchover(system)
    wait_until_healthy(system.nodes)
    for pair in system.pairs:
        pair.servers[1].restart(system.program)


FAULTS: list[Callable[[System], None]] = [
    quiet,
    kill_leader,
    kill_postgres,
    stop_leader,
    switchover,
    partition_leader,
    partition_from_nodes,
    restart_servers,
    kill_server,
    restart_etcd,
    restart_databases,
    two_releases,
]
