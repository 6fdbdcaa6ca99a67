"""Where the secrets stand in what people paste: keys of a known shape, and places where only a secret can stand.

Values of secret-looking names are found in `secret_names`, arguments of commands in `secret_arguments`. No pattern
looks at a character more than a bounded number of times, whatever stands in the text, so that a megabyte costs a
fraction of a second. Most of what is logged holds no secret and has to cost microseconds: a pattern is tried only
where one of its hints, all in lower case, stands in the text.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from bot.rules.secret_arguments import ARGUMENT_HINTS, POSITIONAL, secret_arguments
from bot.rules.secret_names import NAME_HINTS, is_stand_in, secret_values


class Span(NamedTuple):
    """`text[start:end]` is a secret; `what` says what kind, for people: "an AWS key"."""

    start: int
    end: int
    what: str


def secret_spans(text: str) -> Iterator[Span]:
    """All secrets in `text`, in no order; spans may overlap."""
    lowered = text.lower()
    for rule in _RULES:
        for hint in rule.hints:
            if hint in lowered:
                yield from rule.spans(text)
                break
    if any(hint in lowered for hint in NAME_HINTS):
        for start, end, what in secret_values(text):
            yield Span(start, end, what)
    if any(hint in lowered for hint in ARGUMENT_HINTS):
        for start, end in secret_arguments(text):
            yield Span(start, end, "a password")


class _Rule(NamedTuple):
    """A secret is the first group that took part in a match, or the whole match where the pattern has no groups."""

    what: str
    hints: tuple[str, ...]
    pattern: re.Pattern[str]

    def spans(self, text: str) -> Iterator[Span]:
        for found in self.pattern.finditer(text):
            group = found.lastindex or 0
            if not is_stand_in(found[group]):
                yield Span(*found.span(group), self.what)


def _key(what: str, hints: str, shape: str) -> _Rule:
    """A key that says itself what it is, in the shape that its maker documents."""
    return _Rule(what, tuple(hints.split()), re.compile(rf"(?<![A-Za-z0-9_])(?:{shape})"))


def _place(what: str, hints: tuple[str, ...], *patterns: str) -> _Rule:
    """A place where only a secret stands, in the pattern's group."""
    return _Rule(what, hints, re.compile("|".join(patterns)))


_QUOTED = r"""(?:'([^'\n]+)'|"([^"\n]+)")"""

_RULES = (
    _key("an AWS key", "akia asia", r"(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Za-z0-9])"),
    _key("a Google key", "aiza gocspx- ya29.", r"AIza[\w-]{35}|GOCSPX-[\w-]{20,}|ya29\.[\w.-]{20,}"),
    _key(
        "a GitHub token",
        "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_",
        r"gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{40,}",
    ),
    _key(
        "a GitLab token",
        "glpat- gldt- glrt- glcbt- glptt- glft- glsoat-",
        r"gl(?:pat|[dr]t|cbt|ptt|ft|soat)-[\w.-]{20,}",
    ),
    _key("a Slack token", "xox xapp-", r"xox[abeprs]-[\w.-]{10,}|xapp-[\w-]{10,}"),
    _key("a Stripe key", "k_live_ k_test_ whsec_", r"[rs]k_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/=]{20,}"),
    _key("an npm token", "npm_", r"npm_[A-Za-z0-9]{36}"),
    _key("a PyPI token", "pypi-age", r"pypi-AgE[\w-]{50,}"),
    _key("a RubyGems key", "rubygems_", r"rubygems_[0-9a-f]{40,}"),
    _key("a Docker Hub token", "dckr_", r"dckr_[po]at_[\w-]{20,}"),
    _key("a JSON web token", "eyj", r"(?<!-)eyJ[\w-]{10,}\.[\w-]{10,}(?:\.[\w-]*){0,3}"),
    _key("a SendGrid key", "sg.", r"SG\.[\w-]{16,64}\.[\w-]{16,}"),
    _key("an API key", "sk-", r"(?<!-)sk-(?=[a-z-]{0,40}[A-Z0-9])[\w-]{20,}"),
    _key("a Linear key", "lin_api_", r"lin_api_[A-Za-z0-9]{30,}"),
    _key("a New Relic key", "nrak-", r"NRAK-[A-Z0-9]{20,}"),
    _key("an Atlassian token", "atatt3", r"ATATT3[\w=-]{40,}"),
    _key("a Hugging Face token", "hf_", r"hf_[A-Za-z0-9]{30,}"),
    _key("a DigitalOcean token", "_v1_", r"do[opr]_v1_[0-9a-f]{60,}"),
    _key("a Heroku key", "hrku-", r"HRKU-[\w-]{30,}"),
    _key("a Shopify token", "shpat_ shpca_ shppa_ shpss_", r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    _key("a Grafana token", "glsa_ glc_", r"gl(?:sa|c)_[\w=+/-]{30,}"),
    _key("a Databricks token", "dapi", r"dapi[0-9a-f]{32}"),
    _key("a Doppler token", "dp.", r"dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{40,}"),
    _key("a Vault token", "hvs. hvb. hvr.", r"hv[sbr]\.[\w-]{20,}"),
    _key("a Terraform token", "atlasv1.", r"atlasv1\.[\w-]{60,}"),
    _key("a Sentry token", "sntrys_ sntryu_", r"sntry[su]_[\w=+/-]{40,}"),
    _place("a Telegram bot token", (":aa",), r"(?<![0-9])([0-9]{8,10}:AA[\w-]{31,33})(?![\w-])"),
    _key("a Square token", "sq0", r"sq0(?:atp|csp)-[\w-]{22,}"),
    _key("a PlanetScale token", "pscale_", r"pscale_(?:tkn|pw|oauth)_[\w.-]{30,}"),
    _key("an Airtable token", "pat", r"pat[A-Za-z0-9]{14}\.[0-9a-f]{64}"),
    _key("a Notion token", "ntn_", r"ntn_[A-Za-z0-9]{40,}"),
    _key("a Figma token", "figd_", r"figd_[\w-]{35,}"),
    _key("a Twilio key", "sk", r"SK[0-9a-f]{32}(?![0-9A-Za-z])"),
    _key("an EasyPost key", "ezak eztk", r"EZ[AT]K[A-Za-z0-9]{54}"),
    _key("an Artifactory key", "akc", r"AK[Cc]p?[A-Za-z0-9]{50,}"),
    _key("a Tailscale key", "tskey-", r"tskey-[a-z]{1,20}-[\w-]{20,}"),
    _key("a Discord bot token", "discord bot", r"[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,45}"),
    _key("an age key", "age-secret-key-", r"AGE-SECRET-KEY-1[A-Z0-9]{58}"),
    _key(
        "a password hash",
        "$2 $5$ $6$ $y$ $argon2",
        r"\$2[abxy]\$[0-9]{2}\$[./A-Za-z0-9]{53}|\$(?:5|6|y|argon2id?)\$[\w./$,=+-]{30,}",
    ),
    _place(
        "a private key",
        ("private key",),
        # A key that was cut off is one up to the next marker; a marker alone, as in a search for it, is none.
        r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
        r"(?=[\s\\nr]{0,8}(?:[A-Z][A-Za-z-]{2,20}: |[A-Za-z0-9+/=]{16}))"
        # All of this may be missing, so nothing is tried twice; possessive repeats go wrong in Python 3.11.2.
        r"[^-]*(?:-(?!----)[^-]*)*(?:-----END [A-Z0-9 ]{0,60}-----)?",
    ),
    _place(
        "a password in a URL",
        ("://",),
        r"(?<=://)[^\s/?#@:'\"<>\\]{0,200}:([^\s/?#'\"<>]+)@(?!sha256:)",
        r"(?<=://)((?=[a-z_-]{0,40}[A-Z0-9])[\w-]{20,})@(?!sha256:)",
    ),
    _place(
        "a password in a data source",
        ("@tcp(", "@unix("),
        r"\b\w{1,60}:([^\s/?#'\"<>:@]{1,200})@(?:tcp|unix)\(",
    ),
    _place(
        "an Authorization header",
        ("authorization",),
        r"(?i:authorization)\\?[\"']?\s{0,3}[:=]\s{0,3}\\?[\"']?"
        r"(?:(?i:bearer|basic|token|apikey|api-key|bot|key|splunk|geniekey)[ =]{1,3}(?:token=)?"
        r"|(?=[A-Za-z_-]{0,60}[0-9+/=.]))([^\s\"',\\]{3,})",
    ),
    _place("a bearer token", ("bearer",), r"\b[Bb]earer\s{1,3}(?=[A-Za-z_-]{0,60}[0-9])([\w.~+/=-]{16,})"),
    _place("a cookie", ("cookie:",), r"\b[Cc]ookie:\s{0,3}([\w.-]{1,100}=[^\"'\n]{8,})"),
    _place(
        "a webhook's address",
        ("hooks.slack.com/", "/api/webhooks/", "/webhookb2/"),
        r"(?:hooks\.slack\.com/(?:services|workflows|triggers)/|discord(?:app)?\.com/api/webhooks/[0-9]{1,30}/"
        r"|webhook\.office\.com/webhookb2/)([\w/@.-]{20,})",
    ),
    _place(
        "a signed URL",
        ("sig=", "signature=", "x-amz-security-token="),
        r"(?<=[?&])(?:sig|signature|X-Amz-Signature|X-Amz-Security-Token|X-Goog-Signature)=([^&\s\"'#<>]{16,})",
    ),
    _place(
        "a password in SQL",
        ("identified", "password"),
        r"(?i:identified\s{1,5}(?:with\s{1,5}['\"\w]{1,60}\s{1,5})?(?:by|as)\s{1,5}"
        r"|set\s{1,5}password\s{1,5}(?:for\s{1,5}\S{1,200}\s{0,5})?=\s{0,5})(?i:password\s{0,3}\(?\s{0,3})?" + _QUOTED,
    ),
    _place(
        "a password in a configuration",
        ("requirepass", "masterauth", "primaryauth", "auth_pass", "login"),
        r"(?i:requirepass|masterauth|primaryauth|auth_pass)\s{1,5}(\S+)",
        r"\blogin\s{1,9}\S{1,200}\s{1,9}password\s{1,9}(\S+)",
    ),
    *(_place("a secret among arguments", (hint,), pattern) for hint, pattern in POSITIONAL.items()),
    _place(
        "a password that was piped",
        ("echo", "printf"),
        r"\b(?:echo|printf)\s{1,5}(?:-[neE]{1,3}\s{1,5})?[\"']?(?:[\w.@-]{1,64}:)?([^\s\"'|]{1,500})[\"']?"
        r"\s{0,5}\|\s{0,5}(?:sudo\s{1,5})?(?:chpasswd|passwd\s.{0,40}--stdin|sudo -S|gh auth login|vault login|kinit"
        r"|(?:docker|podman|helm registry) login|(?:docker|podman|wrangler|gh|fly|gcloud) secrets?\b)",
    ),
)
