"""Lets a highly available set-up fail in many ways, and compares what clients see with the promises: run.py [FAULT…]

scripts/test-ha.sh starts it as root in its own namespaces. IMMICH_SERVER_PROGRAM is the program. Without names, all
faults happen; --list lists them. Exits with 1 if a figure is missed.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import threading
import time

import verdict
from book import Book
from client import Client
from database import DirectWrites, Node, wait_until_healthy
from faults import FAULTS, System
from network import create_bridge
from servers import Pair, create_hosts, database_url
from workload import Actor, PasswordChanger, Probe, Reader, Revoker, Writer

WRITERS, READERS, REVOKERS = 4, 2, 2
FIRST_PASSWORD = "the first password"
MODES = ("on", "strict")


def log(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def create_user(program: str, url: str, name: str) -> str:
    """Create a user with the program's own command, and return the e-mail address."""
    email = f"{name}@example.com"
    command = [program, "user", "create", "--email", email, "--name", name, "--password-stdin"]
    environment = {"DB_URL": url, "PATH": os.environ["PATH"], "HOME": "/"}
    subprocess.run(command, env=environment, input=FIRST_PASSWORD.encode(), check=True, capture_output=True)
    return email


def log_in(pair: Pair, email: str) -> str:
    answer = Client(pair.address).call("POST", "/auth/login", {}, {"email": email, "password": FIRST_PASSWORD})
    if not answer.ok():
        raise RuntimeError(f"login of {email}: {answer.status} {answer.body!r} {answer.fault}")
    return str(answer.json()["accessToken"])


def start_clients(system: System, url: str, book: Book, stopping: threading.Event) -> list[Actor]:
    clients: list[Actor] = []
    for pair in system.pairs:
        kinds = [Writer] * WRITERS + [Reader] * READERS + [Revoker] * REVOKERS + [Probe, PasswordChanger]
        for number, kind in enumerate(kinds):
            email = create_user(system.program, url, f"{kind.__name__.lower()}-{pair.mode}-{number}")
            token = log_in(pair, email)
            if kind is PasswordChanger:
                clients.append(PasswordChanger(pair, book, stopping, token, email, FIRST_PASSWORD))
            else:
                clients.append(kind(pair, book, stopping, token))
    for client in clients:
        client.start()
    return clients


def check_passwords(clients: list[Actor], book: Book) -> None:
    """The last acknowledged password is the current one."""
    for client in clients:
        if not isinstance(client, PasswordChanger):
            continue
        attempts = [
            Client(client.pair.address).call("POST", "/auth/login", {}, {"email": client.email, "password": password})
            for password in client.passwords
        ]
        if not any(answer.ok() for answer in attempts):
            book.faults.append(f"the password of {client.email} is lost: {[answer.status for answer in attempts]}")


def start_system(folder: pathlib.Path, program: str, other_program: str) -> System:
    create_bridge()
    nodes = [Node(number, folder, os.environ["POSTGRES_BIN_DIR"]) for number in (1, 2, 3)]
    for node in nodes:
        node.start()
    log("waiting for three database nodes")
    wait_until_healthy(nodes)
    hosts, proxy = create_hosts()
    pairs = [Pair(mode, number, hosts, proxy, program, folder) for number, mode in enumerate(MODES)]
    log("starting two servers of each mode, and HAProxy")
    for pair in pairs:
        pair.start()
    return System(nodes, pairs, program, other_program)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--list", action="store_true", help="list the faults")
    parser.add_argument("faults", nargs="*", help="names of faults; all without a name")
    arguments = parser.parse_args()
    if arguments.list:
        for fault in FAULTS:
            print(f"{fault.__name__:22} {fault.__doc__}")
        return
    unknown = set(arguments.faults) - {fault.__name__ for fault in FAULTS}
    if unknown:
        sys.exit(f"error: no such fault: {', '.join(sorted(unknown))}; --list lists them")
    program = os.environ["IMMICH_SERVER_PROGRAM"]
    other_program = os.environ.get("IMMICH_OTHER_PROGRAM") or program
    if other_program == program:
        log("two_releases uses the same program twice; IMMICH_OTHER_PROGRAM names another release")
    system = start_system(pathlib.Path(os.environ["HA_FOLDER"]), program, other_program)
    url = os.environ.get("HA_DB_URL") or database_url()
    direct = DirectWrites(system.nodes)
    direct.start()
    book, stopping = Book(), threading.Event()
    log("creating users, and starting the clients")
    clients = start_clients(system, url, book, stopping)
    windows = []
    for fault in FAULTS:
        if arguments.faults and fault.__name__ not in arguments.faults:
            continue
        log(f"{fault.__name__}: {fault.__doc__}")
        begin = time.monotonic()
        try:
            fault(system)
            wait_until_healthy(system.nodes)
            time.sleep(2)
        except RuntimeError as error:
            # The figures up to here show what happened.
            book.faults.append(f"{fault.__name__}: {error}")
        windows.append(verdict.Window(fault.__name__, begin, time.monotonic()))
        if book.faults:
            break
    stopping.set()
    for client in clients:
        client.join()
    direct.stop()
    check_passwords(clients, book)
    sys.exit(0 if verdict.report(book, system, direct.outages(), windows) else 1)


if __name__ == "__main__":
    main()
