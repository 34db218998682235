"""Which account a server that refuses to run as root gets.

An account that already exists is used (`postgres`, else `nobody`); none is created and no
parent directory is opened up for it. Where that account cannot reach the files, because a
checkout lies in a home that is closed to others, the server runs in a user namespace of its
own instead: there it is not root, and outside it owns what root owns.
"""

import asyncio
import os
import pwd
from asyncio.subprocess import DEVNULL
from dataclasses import dataclass, field
from pathlib import Path

from cli.parts.process import RunAs


@dataclass(frozen=True)
class Account:
    """How to run something so that it is not root."""

    uid: int
    gid: int
    prefix: tuple[str, ...] = ()
    """Goes before the command."""
    run_as: RunAs = field(default_factory=RunAs)

    def own(self, path: Path) -> None:
        """Gives `path` and all below it to this account, where it has another owner."""
        if path.stat().st_uid == self.uid:
            return
        for directory, _, files in os.walk(path):
            os.chown(directory, self.uid, self.gid)
            for file in files:
                os.chown(Path(directory, file), self.uid, self.gid, follow_symlinks=False)


async def not_root(program: Path, directory: Path) -> Account | None:
    """An account that can run `program` on files in `directory`.

    Returns ourselves when we are not root, and None when no account can reach both.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    for account in _candidates():
        if await _reaches(account, program, directory):
            return account
    return None


def _candidates() -> list[Account]:
    found = []
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        run_as = RunAs(user=entry.pw_uid, group=entry.pw_gid, extra_groups=[])
        found.append(Account(entry.pw_uid, entry.pw_gid, run_as=run_as))
        # initdb looks its user up by number, so the number inside is one that has a name.
        inside = (f"--map-user={entry.pw_uid}", f"--map-group={entry.pw_gid}")
        found.append(Account(0, 0, ("unshare", "--user", *inside, "--")))
    return sorted(found, key=lambda account: len(account.prefix))


async def _reaches(account: Account, program: Path, directory: Path) -> bool:
    try:
        attempt = await asyncio.create_subprocess_exec(
            *account.prefix,
            *("/bin/sh", "-c", 'cd "$1" && exec "$2" --version', "sh", directory, program),
            cwd="/",
            stdin=DEVNULL,
            stdout=DEVNULL,
            stderr=DEVNULL,
            **account.run_as,
        )
    except OSError:
        return False
    return await attempt.wait() == 0
