"""Values of names that look like a secret's: `DB_PASSWORD=…`, `"apiKey": "…"`, `--token …`, "the password is …"."""

import re
from collections.abc import Iterator

NAME_HINTS = ("pass", "pwd", "pw", "token", "secret", "key", "_auth")


def secret_values(text: str) -> Iterator[tuple[int, int, str]]:
    """Start and end of each such value, and what it is: "a password"."""
    read_to = 0
    for name in _NAME.finditer(text):
        if name.start() < read_to:
            continue
        before = text[max(0, name.start() - 40) : name.start()]
        tail = _TAIL.match(text, name.end())
        if tail is None or not _is_secrets_name(before, name, tail[0]):
            continue
        certain = name["password"] is not None
        found = (
            _assigned(text, name, tail.end(), certain)
            or _flag(text, before, tail.end(), certain)
            or _spoken(text, tail.end())
            or (name[0].upper() == "PASSWORD" and _SQL.match(text, tail.end()))
            or ("<" in before and _XML.match(text, tail.end()))
        )
        while found:
            start, read_to = _span(found)
            yield start, read_to, "a password" if certain else f"a {name[0].lower()}"
            found = _spoken(text, read_to)  # the second of "from … to …"


def is_stand_in(value: str) -> bool:
    """Whether `value` only stands where a secret would: a variable, a template, a placeholder, a type, a path."""
    return _STAND_IN.fullmatch(value) is not None


_STAND_IN = re.compile(
    r"\$(?:\w+|\{.*|\(.*)?|\{\{.*|%[(s].*|`.*|[?%]|:\w+|@.*|-.?|!.*|\(.*|[*xX.\u2022]+|<.*"
    r"|(?:\.{0,2}|~)/[\w.@+~-]*(?:/[\w.@+~-]*)*|(?:env|file|vault|secret|ref|arn|ssm|op|https?|unix)[:/].*"
    r"|(?i:true|false|null|none|nil|undefined|yes|no|on|off|bearer|basic|str(?:ing)?|bytes|int|bool(?:ean)?|any"
    r"|text|varchar|char|object|required|optional|empty|default|expired|invalid|missing|unset|unchanged|rotated)"
)

_NAME = re.compile(
    r"(?P<password>[Pp]ass(?:[ _-]?[Ww]or[dt]|wd|[ _-]?[Pp]hrase)?|PASS(?:[ _-]?WOR[DT]|WD|[ _-]?PHRASE)?"
    r"|[Pp]wd?|PWD?|REDISCLI_AUTH|SSHPASS|_auth(?==))|(?P<key>[Kk]ey|KEY)|[Tt]oken|TOKEN|[Ss]ecret|SECRET"
)
_KEY_OF_WHAT = re.compile(
    r"(?i:api|app|application|access|private|account|encryption|signing|auth|master|license|session|webhook|service|hmac|shared)"
    r"[ _-]?\Z"
)
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


def _is_secrets_name(before: str, name: re.Match[str], tail: str) -> bool:
    """Whether `name`, between what stands before it and the rest of its word, names a value that is secret."""
    if name["key"] and not _KEY_OF_WHAT.search(before[-12:]):
        return False
    inside_word = before[-1:].isalpha() and not (before[-1].islower() and name[0][0].isupper())
    if name["password"] and inside_word and len(name[0]) <= 4:  # compass, but not dbPass or PGPASSWORD
        return False
    goes_on = tail[:1].isalpha() and not (name[0][-1].islower() and tail[0].isupper())  # tokenizer, PASSWORDS
    return not goes_on and not _ABOUT.search(tail) and not _NO_NAME_AFTER.search(before)


_QUOTED = r"""(?:\\"(?P<escaped>[^"\\\n]+)\\"|"(?P<double>(?:[^"\\\n]|\\.)+)"|'(?P<single>[^'\n]+)')"""
# A comma or an ampersand belongs to the value unless the next setting follows.
_BARE = r"""(?P<bare>(?:[^\s"'`,;&|<>\\]|\\[^\s"'\\]|[,&](?![\s,&]|$|[\w.-]{1,40}=))+)"""
_ASSIGNED = re.compile(
    r"""\\?["'`]?\]?(?P<sep>[ \t]{0,5}(?:=>|:=|==?|:)[ \t]{0,5}|,[ ]?(?=["']))(?:\w{1,20}\([ ]?(?=["'])|[EN](?='))?"""
    + f"(?:{_QUOTED}|{_BARE})"
)
_FLAG_VALUE = re.compile(rf"[ \t]{{1,5}}(?:{_QUOTED}|{_BARE})")
_SPOKEN = re.compile(
    rf"\s{{1,3}}(?:for\s{{1,3}}[^\s:=]{{1,60}}\s{{1,3}})?(?:is|was|from|to)\s{{1,3}}(?:now\s{{1,3}})?(?:{_QUOTED}|{_BARE})"
)
_SQL = re.compile(r"\s{1,3}[EN]?'(?P<single>[^'\n]+)'")
_XML = re.compile(r">(?P<bare>[^<>\s]+)</")
_NO_NAME_AFTER = re.compile(r"(?:://[^\s/?]*|checksum/)\Z")
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
    """`name = value`, `name: value`, `"name": "value"`, `define('name', 'value')`."""
    found = _ASSIGNED.match(text, at)
    if found is None:
        return None
    value, bare = _value(found), found.lastgroup == "bare"
    after = text[found.end() : found.end() + 1]
    a_call = bare and after == "("
    in_a_list = found["sep"].startswith(",") and name[0].islower()  # ('password', 'email')
    if not value or is_stand_in(value) or a_call or (in_a_list and not _is_mixed(value)):
        return None
    mixed = _is_mixed(value) or len(value) >= 40
    no_sentence = not bare or "=" in found["sep"] or after in ("", "\n", "}")
    if certain:
        a_count = value.isdigit() and (len(value) < 4 or len(name[0]) < 5)  # pass=42
        secret = mixed or (not a_count and (no_sentence or after == ","))
    else:
        secret = mixed and (no_sentence or len(value) >= 12 or sum(map(str.isdigit, value)) >= 3)
        secret = secret or (name[0].isupper() and "=" in found["sep"] and not value[0].isdigit())
    return found if secret else None


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
