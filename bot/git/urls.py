"""Repository URLs: which of them git may be given, and where people look at the same things in a browser."""

import base64
import re
from urllib.parse import quote, unquote, urlsplit, urlunsplit

_KINDS = "https://host/path, ssh://host/path or host:path"
_HOST = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*\Z|[0-9a-f:]+\Z")
_USER = re.compile(r"[A-Za-z0-9_][\w.+-]*\Z", re.ASCII)
# host:path, as scp writes it; a drive letter or `ext::` is none
_SCP = re.compile(r"(?:(?P<user>[^@:/]+)@)?(?P<host>[^@:/]{2,}):(?P<path>[^:/].*|/[^/].*)\Z")
# where a host's ssh answers under another name
_WEB_HOST = {
    "ssh.github.com": "github.com",
    "www.github.com": "github.com",
    "altssh.gitlab.com": "gitlab.com",
    "altssh.bitbucket.org": "bitbucket.org",
}


class BadUrl(ValueError):
    """A repository URL that git may not be given. The text says which kinds are taken; it never quotes the
    URL, which may hold a password."""


def checked_url(url: str, *, allow_file: bool = False, token: str | None = None) -> tuple[str, dict[str, str]]:
    """A repository URL as git may be given it, and the git settings that carry its password, if it has one: `token`, or
    what stands in the URL.

    Raises BadUrl for every other transport (`ext::` runs commands), for a host or user that would be read as
    an option, and for blanks and control characters. `allow_file` also takes `file:///path` and an absolute
    path.
    """
    if any(ord(character) <= 32 or ord(character) == 127 for character in url):
        raise BadUrl(f"a repository URL holds no blanks or control characters: {_KINDS}")
    if allow_file and re.match(r"(?:file://)?/(?!/)", url):
        return url, {}
    scp = _SCP.match(url) if "://" not in url else None
    if scp:
        if _HOST.match(scp["host"]) and (scp["user"] is None or _USER.match(scp["user"])):
            return url, {}
        raise BadUrl(f"the repository URL names no host that git may be given: {_KINDS}")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise BadUrl(f"the repository URL cannot be read: it has to be {_KINDS}") from error
    if not _HOST.match(host) or len(parts.path) < 2 or parts.query or parts.fragment:
        raise BadUrl(f"the repository URL cannot be read: it has to be {_KINDS}")
    if parts.scheme == "ssh" and (parts.username is None or _USER.match(parts.username)):
        return url, {}
    if parts.scheme == "https":
        netloc = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
        location = urlunsplit(("https", netloc, parts.path, "", ""))
        if parts.username is None and token is None:
            return location, {}
        user = unquote(parts.username or "x-access-token")  # hosts that take a token as password take any name with it
        pair = f"{user}:{token or unquote(parts.password or '')}".encode()
        header = f"Authorization: Basic {base64.b64encode(pair).decode()}"
        return location, {f"http.https://{netloc}/.extraHeader": header}
    raise BadUrl(f"the repository URL is of a kind that git is not given: it has to be {_KINDS}")


def location(url: str) -> tuple[str, str, str] | None:
    """`(scheme, netloc, path)` of an https, http, ssh or scp-like URL, without user, password and `.git`;
    None for all else. The port of ssh is left out: it says nothing about the web."""
    scp = _SCP.match(url) if "://" not in url else None
    if scp:
        scheme, host, port, path = "ssh", scp["host"], None, scp["path"]
    else:
        try:
            parts = urlsplit(url)
            scheme, host, port, path = parts.scheme, parts.hostname or "", parts.port, parts.path
        except ValueError:
            return None
    if scheme not in ("https", "http", "ssh") or not _HOST.match(host):
        return None
    netloc = _WEB_HOST.get(host.lower(), host.lower())
    if port not in (None, 80, 443) and scheme != "ssh":
        netloc += f":{port}"
    return scheme, netloc, re.sub(r"/{2,}", "/", unquote(path)).strip("/").removesuffix(".git")


def repository_web_url(url: str) -> str | None:
    """The page of a repository, from the URL that git fetches it from. None for a file, and for an ssh host
    without a dot, which is an alias of somebody's ssh configuration."""
    found = location(url)
    if found is None or (found[0] == "ssh" and "." not in found[1]) or not found[2]:
        return None
    _, netloc, path = found
    return f"https://{netloc}/{quote(path, safe='/~')}"


def commit_url(url: str, sha: str) -> str | None:
    """The page of one commit in the repository that git fetches from this URL; None if it has no page.

    GitHub, Gitea and Forgejo share one form, which GitLab redirects to its own.
    """
    web = repository_web_url(url)
    if web is None:
        return None
    host = urlsplit(web).netloc
    if host == "bitbucket.org":
        return f"{web}/commits/{sha}"
    return f"{web}/-/commit/{sha}" if "gitlab" in host else f"{web}/commit/{sha}"
