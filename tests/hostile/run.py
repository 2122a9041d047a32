"""Attacks a server in many ways, one after the other, and measures what that costs a bystander: run.py [NAME…]

IMMICH_SERVER_PROGRAM is the program. A name runs the attacks whose names contain it; --list lists them. An attack has
three attempts to stay within the bounds. Exits with 1 if one does not.
"""

import argparse
import asyncio
import json
import os
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from attacks import ATTACKS, Attack
from bystander import Bystander, Measured
from load import Account, Target, forever
from server import Server

# The bounds: p99 of the bystander's reads at most FACTOR times that of the idle server, or FLOOR seconds.
FACTOR, FLOOR = 3.0, 0.050
MEMORY_KIB = 64 * 1_024
ATTEMPTS = 3
QUIET_ATTEMPTS = 5
IDLE_SECONDS, RAMP_SECONDS = 2.0, 1.0
# What the hoarder collects, unless the server stops them.
HOARD, HOARD_SECONDS = 20_000, 60.0
HERE = pathlib.Path(__file__).parent


@dataclass(frozen=True)
class Result:
    idle: Measured
    attacked: Measured
    # Kibibytes above the idle server.
    memory: int
    shutdown: float | None
    statuses: dict[str, int]
    crashed: bool

    def faults(self, attack: Attack) -> list[str]:
        bound = max(FACTOR * self.idle.p99(), FLOOR)
        faults = []
        if self.crashed:
            faults.append("the server ended")
        if self.attacked.p99() > bound:
            faults.append(f"p99 above {bound * 1_000:.0f} ms")
        if self.memory > MEMORY_KIB:
            faults.append("memory")
        dropped = self.attacked.dropped_reads + self.attacked.dropped_logins
        if dropped:
            faults.append(f"dropped ({', '.join(sorted(set(dropped)))})")
        for status, most in attack.limits.items():
            if self.statuses.get(status, 0) > most:
                faults.append(f"more than {most} answers {status}")
        if self.shutdown is None and not self.crashed:
            faults.append("shutdown")
        return faults


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help="run the attacks whose names contain one of these")
    parser.add_argument("--list", action="store_true", help="list the attacks")
    parser.add_argument("--seconds", type=float, default=4.0, help="duration of an attack")
    parser.add_argument("--attempts", type=int, default=ATTEMPTS, help="attempts to stay within the bounds")
    arguments = parser.parse_args()
    chosen = [attack for attack in ATTACKS.values() if matches(attack, arguments.names)]
    chosen.sort(key=lambda attack: attack.row)
    if arguments.list:
        for attack in chosen:
            print(f"{attack.row} {attack.name}: {attack.title}")
        return 0
    if not chosen:
        print(f"no attack has a name that contains {' or '.join(arguments.names)}", file=sys.stderr)
        return 2
    with prepared(os.environ["IMMICH_SERVER_PROGRAM"], any(attack.hoarder for attack in chosen)) as load:
        failed = sum(not load.withstands(attack, arguments.seconds, arguments.attempts) for attack in chosen)
    print(f"\n{len(chosen) - failed} of {len(chosen)} attacks are withstood")
    return 1 if failed else 0


def matches(attack: Attack, names: list[str]) -> bool:
    return not names or any(name in attack.name for name in names)


@contextmanager
def prepared(program: str, hoarder: bool) -> Iterator["Load"]:
    """A database with the accounts that the attacks need."""
    cores = os.sched_getaffinity(0)
    with tempfile.TemporaryDirectory(prefix="immich-hostile-") as name:
        folder = pathlib.Path(name)
        # The embedded Postgres may run under another account, which needs access to its files.
        folder.chmod(0o755)
        server = Server(program, folder, cores)
        core = max(cores)
        # What measures stays out of the way of what attacks.
        os.sched_setaffinity(0, cores - {core} or cores)
        server.start()
        try:
            accounts = asyncio.run(create_accounts(server, hoarder))
        finally:
            server.stop()
        yield Load(server, core, accounts)


async def create_accounts(server: Server, hoarder: bool) -> dict[str, Account]:
    nothing = Account("", "", "")
    target = Target(server.port, nothing, nothing, nothing, "", attempt=0)
    connection = await target.connect()
    administrator = {"email": "admin@example.com", "password": "an administrator", "name": "Admin"}
    await connection.exchange(target.json_request("POST", "/auth/admin-sign-up", administrator))
    connection.close()
    accounts = {}
    for name in ("bystander", "victim", "user", "guesser", "hoarder"):
        account = Account(f"{name}@example.com", f"the password of the {name}", "")
        server.create_user(account.email, name, account.password)
        # The address of a bystander is familiar to the accounts before other logins from it fail.
        source = Bystander.source if name in ("bystander", "victim") else None
        accounts[name] = await log_in(target, account, source)
    if hoarder:
        await collect(target, accounts["hoarder"])
    return accounts


async def log_in(target: Target, account: Account, source: str | None) -> Account:
    """The same account with the token of a new session, from this address."""
    connection = await target.connect(source)
    await connection.send(
        target.json_request("POST", "/auth/login", {"email": account.email, "password": account.password})
    )
    body = b""
    while not body.endswith(b"}"):
        body += await connection.receive()
    connection.close()
    return Account(account.email, account.password, json.loads(body.partition(b"\r\n\r\n")[2])["accessToken"])


async def collect(target: Target, account: Account) -> None:
    """Create sessions and keys until there are enough, the server refuses, or it takes too long."""
    requests = {
        "sessions": target.json_request("POST", "/sessions", {}, token=account.token),
        "keys": target.json_request("POST", "/api-keys", {"permissions": ["all"]}, token=account.token),
    }
    for name, request in requests.items():
        created = 0
        done = asyncio.Event()

        async def create(request: bytes = request, done: asyncio.Event = done) -> None:
            nonlocal created
            connection = await target.connect()
            while created < HOARD and await connection.exchange(request) == 201:
                created += 1
            done.set()

        workers = [asyncio.create_task(forever(create)) for _ in range(16)]
        try:
            await asyncio.wait_for(done.wait(), HOARD_SECONDS)
        except TimeoutError:
            pass
        for worker in workers:
            worker.cancel()
        print(f"the hoarder has created {created} {name}", file=sys.stderr)


@dataclass
class Load:
    server: Server
    core: int
    accounts: dict[str, Account]
    lines: int = 0
    attempts: int = 0

    def withstands(self, attack: Attack, seconds: float, attempts: int) -> bool:
        """Whether one of the attempts stays within the bounds. Prints a line of the table."""
        best: tuple[list[str], Result] | None = None
        for _ in range(attempts):
            result = self.attempt(attack, seconds)
            faults = result.faults(attack)
            if best is None or len(faults) < len(best[0]):
                best = (faults, result)
            if not faults:
                break
        assert best is not None
        self.report(attack, *best)
        return not best[0]

    def attempt(self, attack: Attack, seconds: float) -> Result:
        server = self.server
        server.start()
        self.attempts += 1
        account = self.accounts["victim" if attack.on_the_bystander else "bystander"]
        attackers = {name: self.accounts[name] for name in ("user", "guesser", "hoarder")}
        target = Target(server.port, victim_email=account.email, attempt=self.attempts, **attackers)
        bystander = Bystander(target, account)
        asyncio.run(bystander.measure(0.5))
        idle = asyncio.run(measure_idle(bystander))
        before = server.memory()
        server.watch_memory()
        attacker = self.unleash(attack, target)
        try:
            attacked = asyncio.run(measure_under_attack(bystander, seconds))
            crashed = not server.runs()
            memory = 0 if crashed else max(0, server.most_memory() - before)
            # The attack goes on: it must not delay the shutdown either.
            shutdown = server.stop()
        finally:
            statuses = recall(attacker)
        return Result(idle, attacked, memory, shutdown, statuses, crashed)

    def unleash(self, attack: Attack, target: Target) -> subprocess.Popen[str]:
        command = [sys.executable, "-B", str(HERE / "attacker.py")]
        attacker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        order = {"attack": attack.name, "core": self.core, "port": target.port, "attempt": target.attempt}
        order |= {"victim_email": target.victim_email, "user": asdict(target.user)}
        order |= {"guesser": asdict(target.guesser), "hoarder": asdict(target.hoarder)}
        assert attacker.stdin is not None
        attacker.stdin.write(json.dumps(order) + "\n")
        attacker.stdin.flush()
        return attacker

    def report(self, attack: Attack, faults: list[str], result: Result) -> None:
        if self.lines % 20 == 0:
            heading = ["p99 idle", "attacked", "login", "memory", "drops", "stop"]
            print(f"\n{'':1} {'attack':42}" + "".join(f"{title:>10}" for title in heading) + "  answers to the attacker")
        self.lines += 1
        drops = len(result.attacked.dropped_reads) + len(result.attacked.dropped_logins)
        cells = [
            f"{result.idle.p99() * 1_000:.1f} ms",
            f"{result.attacked.p99() * 1_000:.1f} ms",
            f"{result.attacked.worst_login() * 1_000:.0f} ms",
            f"+{result.memory / 1_024:.0f} MB",
            str(drops),
            "killed" if result.shutdown is None else f"{result.shutdown:.1f} s",
        ]
        answers = ", ".join(f"{count}x {status}" for status, count in sorted(result.statuses.items()))
        print(f"{attack.row} {attack.name:42}" + "".join(f"{cell:>10}" for cell in cells) + f"  {answers or 'none'}")
        if faults:
            print(f"  FAILED: {'; '.join(faults)}. The attack: {attack.title}")
        sys.stdout.flush()


async def measure_idle(bystander: Bystander) -> Measured:
    """Where even the idle server is slow, other processes take the time: wait until they have done so."""
    for _ in range(QUIET_ATTEMPTS):
        idle = await bystander.measure(IDLE_SECONDS)
        if idle.p99() <= FLOOR:
            break
    return idle


async def measure_under_attack(bystander: Bystander, seconds: float) -> Measured:
    await asyncio.sleep(RAMP_SECONDS)
    return await bystander.measure(seconds)


def recall(attacker: subprocess.Popen[str]) -> dict[str, int]:
    """Stop the attacker; how often each status was answered."""
    try:
        output, _ = attacker.communicate(timeout=10)
    except subprocess.TimeoutExpired:
        attacker.kill()
        attacker.communicate()
        return {"unknown": 1}
    if attacker.returncode != 0:
        raise RuntimeError("the attack itself failed, see above")
    statuses: dict[str, int] = json.loads(output)
    return statuses


if __name__ == "__main__":
    sys.exit(main())
