"""The shop's repository: a bare upstream that production is built from, and one clone that everybody works in."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bot.demo.shell import output

_FILES = {
    "deploy/checkout.yaml": "kind: Deployment\nmetadata:\n  name: checkout\nspec:\n  replicas: 6\n",
    "db/roles.sql": "ALTER ROLE checkout CONNECTION LIMIT 40;\nALTER ROLE catalog CONNECTION LIMIT 40;\n",
    "nginx/checkout.conf": "location /checkout {\n    proxy_pass http://checkout;\n    proxy_read_timeout 5s;\n}\n",
}


@dataclass(frozen=True, slots=True)
class Shop:
    upstream: Path
    clone: Path
    clock: Callable[[], int]  # seconds since the epoch: when a commit is made

    @classmethod
    async def make(cls, folder: Path, clock: Callable[[], int]) -> Self:
        """The shop as it was before the fire. Raises DidNotRun."""
        shop = cls(folder / "shop.git", folder / "shop", clock)
        await shop.git("init", "--quiet", "--bare", "--initial-branch=main", str(shop.upstream), cwd=folder)
        await shop.git("init", "--quiet", "--initial-branch=main", str(shop.clone), cwd=folder)
        await shop.git("remote", "add", "origin", str(shop.upstream))
        for name, value in (("user.name", "A reader"), ("user.email", "reader@acme.example")):
            await shop.git("config", name, value)  # who may go on by hand, and needs no configuration for it
        await asyncio.to_thread(shop.write, _FILES)
        await shop.git("add", ".")
        await shop.git("commit", "--quiet", "--message=Run the shop")
        await shop.git("push", "--quiet", "--set-upstream", "origin", "main")
        return shop

    async def git(self, *args: str, by: str = "Acme", cwd: Path | None = None) -> str:
        """Run git at the story's time, untouched by the reader's own configuration. Raises DidNotRun."""
        who = {"NAME": by, "EMAIL": f"{by.partition(' ')[0].lower()}@acme.example", "DATE": f"{self.clock()} +0000"}
        env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        env |= {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in who.items()}
        env |= {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_TERMINAL_PROMPT": "0"}
        return await output("git", *args, env=env, cwd=cwd or self.clone)

    async def edit(self, path: str, before: str, after: str) -> None:
        """Change one place in a file of the clone."""
        text = await asyncio.to_thread((self.clone / path).read_text, encoding="utf-8")
        await asyncio.to_thread(self.write, {path: text.replace(before, after)})

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.clone / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
