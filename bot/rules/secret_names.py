"""Values of names that look like a secret's: `DB_PASSWORD=…`, `"apiKey": "…"`, `--token …`, "the password is …"."""

import re
from collections.abc import Iterator


def secret_values(text: str) -> Iterator[tuple[int, int, str]]:
    """Start and end of each such value, and what it is: "a password"."""
    read_to = 0
    for name in _NAME.finditer(text):
        if name.start() < read_to:
            continue
        tail = _TAIL.match(text, name.end())
        before = text[max(0, name.start() - 40) : name.start()]
        if tail is None or _is_about(name[0], tail[0]) or _IN_HOST.search(before):
            continue
        certain = name["password"] is not None
        found = (
            _assigned(text, name, tail.end(), certain)
            or _flag(text, before, tail.end(), certain)
            or _spoken(text, tail.end())
            or (name[0].upper() == "PASSWORD" and _SQL.match(text, tail.end()))
            or ("<" in before and _XML.match(text, tail.end()))
        )
        if found:
            start, end = _span(found)
            read_to = end
            yield start, end, "a password" if certain else "a key" if "key" in name[0].lower() else "a token"


def is_stand_in(value: str) -> bool:
    """Whether `value` only stands where a secret would: a variable, a template, a placeholder, a type, a path."""
    return _STAND_IN.fullmatch(value) is not None


_STAND_IN = re.compile(
    r"\$(?:\w+|\{.*|\(.*)?|\{\{.*|%[(s].*|`.*|[?%]|:\w+|@.*|-.{0,1}|!.*|[*xX.\u2022]+|<.*"
    r"|(?:\.{0,2}|~)/[\w.@+~-]*(?:/[\w.@+~-]*)*|(?:env|file|vault|secret|ref|arn|ssm|op|https?|unix)[:/].*"
    r"|(?i:true|false|null|none|nil|undefined|yes|no|on|off|bearer|basic|str(?:ing)?|bytes|int|bool(?:ean)?|any"
    r"|text|varchar|char|object|required|optional|empty|default|expired|invalid|missing|unset|unchanged|rotated)"
)


def _spellings(*names: str) -> str:
    """`api key` → api_key, api-key, api key, apikey, apiKey, ApiKey, API_KEY."""
    ways = []
    for name in names:
        first, *more = name.split()
        ways.append("[ _-]?".join([first, *more]))
        ways.append("[ _-]?".join([f"[{first[0]}{first[0].upper()}]{first[1:]}", *map(str.capitalize, more)]))
        ways.append("[ _-]?".join([first.upper(), *map(str.upper, more)]))
    return "|".join(ways)


_PASSWORD = _spellings("password", "passwd", "passphrase", "passwort", "pass word", "pass phrase")
_PASSWORD += r"|REDISCLI_AUTH|(?<=:)_auth(?==)|(?<![A-Za-z])(?:pass|Pass|PASS|pwd|Pwd|PWD|pw|PW)|(?<=[a-z])(?:Pass|Pwd)"
_TOKEN = _spellings(
    "token",
    "secret",
    *(f"{of} key" for of in ("api", "access", "private", "account", "encryption", "signing", "auth", "master")),
    *(f"{of} key" for of in ("license", "session", "webhook", "service", "hmac", "shared")),
)
_NAME = re.compile(rf"(?P<password>{_PASSWORD})|(?:{_TOKEN})")
_TAIL = re.compile(r"[\w.-]{0,40}")

# A name that goes on like this is about a secret, it does not hold one: password_reset_at, token-ttl, secretName.
_ABOUT = re.compile(
    r"(?:^|[_.-]|(?<=[a-z0-9])(?=[A-Z]))(?:reset|polic|file|path|dir|ttl|name|ref|encryption|expir|len|min|max"
    r"|count|limit|ur[li]|endpoint|host|port|type|age|hint|field|column|table|alg|method|rotat|bucket|size|rate"
    r"|day|hour|second|minute|enable|disable|require|version|provider|manager|store|engine|servi|valid|auth|page"
    r"|form|mode|cache|arn|life|duration|stdin|command|cmd|prompt|strength|histor|retr|attempt|change|update|create"
    r"|login|budget|usage|used|refresh|interval|from|protect|scope|audience|issuer|bits|source"
    r"|(?:ids?|at|by|fd|env)(?![a-z]))",
    re.IGNORECASE,
)


def _is_about(name: str, tail: str) -> bool:
    one_word = tail[:1].isalpha() and not (tail[0].isupper() and name[-1].islower())  # tokenizer, PASSWORDS
    return one_word or _ABOUT.search(tail) is not None


_QUOTED = r"""(?:\\"(?P<escaped>[^"\\\n]+)\\"|"(?P<double>(?:[^"\\\n]|\\.)+)"|'(?P<single>[^'\n]+)')"""
# A comma or an ampersand belongs to the value unless the next setting follows.
_BARE = r"""(?P<bare>(?:[^\s"'`,;&|<>\\]|\\[^\s"'\\]|[,&](?![\s,&]|$|[\w.-]{1,40}=))+)"""
_ASSIGNED = re.compile(
    r"""\\?["'`]?\]?(?P<sep>[ \t]{0,5}(?:=>|:=|==?|:)[ \t]{0,5})(?:\w{1,20}\([ ]?(?=["']))?"""
    + f"(?:{_QUOTED}|{_BARE})"
)
_FLAG_VALUE = re.compile(rf"[ \t]{{1,5}}(?:{_QUOTED}|{_BARE})")
_SPOKEN = re.compile(rf"\s{{1,3}}(?:is|was|to)\s{{1,3}}(?:now\s{{1,3}})?(?:{_QUOTED}|{_BARE})")
_SQL = re.compile(r"\s{1,3}'(?P<single>[^'\n]+)'")
_XML = re.compile(r">(?P<bare>[^<>\s]+)</")
_IN_HOST = re.compile(r"://[^\s/?]*\Z")
_IS_FLAG = re.compile(r"(?:^|[\s\"'])--?[\w.-]*\Z")
_SLUG = re.compile(r"[A-Za-z]+(?:[-_./:#][A-Za-z0-9]{0,12})+")
_PLAIN = re.compile(
    r"[A-Za-z_.-]+|[\d.,:/-]+|\d+(?:\.\d+)?[A-Za-z%]{1,8}"
    r"|(?i:(?:sha|md|base|argon|oauth|scram|pbkdf|ipv|utf|tls|ssl|http|log|v)-?\d[\w.-]*)"
)


def _span(found: re.Match[str]) -> tuple[int, int]:
    start, end = found.span(str(found.lastgroup))
    if found.lastgroup == "bare":
        end = start + len(found["bare"].rstrip(")]}.!?:" if found.re is _SPOKEN else ")]}"))
    return start, end


def _value(found: re.Match[str]) -> str:
    start, end = _span(found)
    return found.string[start:end]


def _is_mixed(value: str) -> bool:
    """Whether letters, digits and signs are mixed as they are in no word, number, time, host name or algorithm."""
    return len(value) >= 6 and not _PLAIN.fullmatch(value) and not _SLUG.fullmatch(value)


def _assigned(text: str, name: re.Match[str], at: int, certain: bool) -> re.Match[str] | None:
    """`name = value`, `name: value`, `"name": "value"`."""
    found = _ASSIGNED.match(text, at)
    if found is None:
        return None
    value = _value(found)
    after = text[found.end() : found.end() + 1]
    if not value or is_stand_in(value) or (found.lastgroup == "bare" and after == "("):  # the last is a call
        return None
    if _is_mixed(value) or len(value) >= 40:
        return found
    closed = found.lastgroup != "bare" or "=" in found["sep"] or after in ("", "\n", ",", "}")
    if certain:
        return found if closed and (not value.isdigit() or (len(value) > 3 and len(name[0]) > 4)) else None
    return found if name[0].isupper() and "=" in found["sep"] and not _PLAIN.fullmatch(value[:1]) else None


def _flag(text: str, before: str, at: int, certain: bool) -> re.Match[str] | None:
    """`--name value`."""
    found = _FLAG_VALUE.match(text, at)
    if found is None or not _IS_FLAG.search(before) or before.endswith(("no-", "skip-", "with-")):
        return None
    value = _value(found)
    if not value or value.startswith("-") or is_stand_in(value):
        return None
    return found if certain or not _SLUG.fullmatch(value) else None


def _spoken(text: str, at: int) -> re.Match[str] | None:
    """`the name is value`, `changed the name to value`."""
    found = _SPOKEN.match(text, at)
    return found if found is not None and _is_mixed(_value(found)) and not is_stand_in(_value(found)) else None
