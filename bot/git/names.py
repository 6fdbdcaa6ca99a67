"""Names in Git, by git's own rules."""

import re

_FORBIDDEN = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//")


def valid_branch(name: str) -> bool:
    """Whether git allows the name for a branch (git-check-ref-format(1) with `--branch`), and is no longer
    than a file name may be."""
    return (
        0 < len(name.encode(errors="replace")) <= 255
        and name not in ("@", "HEAD")
        and not name.startswith(("-", "/"))
        and not name.endswith(("/", "."))
        and not _FORBIDDEN.search(name)
        and not any(part.startswith(".") or part.endswith(".lock") for part in name.split("/"))
    )
