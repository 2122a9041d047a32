"""The attacks: one function each, or one for variants of an attack, in a file for each kind."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from load import Target


@dataclass(frozen=True)
class Attack:
    name: str
    # The row of the table in docs/hostile-load.md that the attack belongs to.
    row: str
    title: str
    run: Callable[[Target], Awaitable[None]]
    # Whether the bystander's own account is attacked. Then it is one that no other attack uses: the count of its failed
    # logins lasts longer than the attack.
    on_the_bystander: bool
    # Whether the server needs a user with as many sessions and keys as it lets them have.
    hoarder: bool
    # How many answers of a status the attackers may get at most.
    limits: dict[str, int] = field(default_factory=dict)


ATTACKS: dict[str, Attack] = {}


def attack(
    row: str, *, on_the_bystander: bool = False, hoarder: bool = False, limits: dict[str, int] | None = None
) -> Callable[[Callable], Callable]:
    """Add a function to the attacks. Its name is the attack's, its documentation the title."""

    def register(run: Callable[[Target], Awaitable[None]]) -> Callable[[Target], Awaitable[None]]:
        title = " ".join((run.__doc__ or "").split())
        ATTACKS[run.__name__] = Attack(run.__name__, row, title, run, on_the_bystander, hoarder, limits or {})
        return run

    return register


def variant(row: str, name: str, title: str, *arguments: Any, **options: Any) -> Callable[[Callable], Callable]:
    """Add an attack with this name and title that calls the function with these arguments after the target. A function
    may have several variants. The options are those of `attack`."""

    def register(run: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        async def run_variant(target: Target) -> None:
            await run(target, *arguments)

        run_variant.__name__ = name
        run_variant.__doc__ = title
        attack(row, **options)(run_variant)
        return run

    return register


from attacks import bodies, compression, connections, heads, http2_frames, lists, passwords, reads, slow  # noqa: E402, F401
