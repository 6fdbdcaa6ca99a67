"""Where the secrets stand in what people paste: keys of a known shape, and places where only a secret can stand.

Values of secret-looking names are found in `secret_names`, arguments of commands in `secret_arguments`. No pattern
looks at a character more than a bounded number of times, whatever stands in the text, so that a megabyte costs a
fraction of a second.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from bot.rules.secret_arguments import secret_arguments
from bot.rules.secret_names import is_stand_in, secret_values


class Span(NamedTuple):
    """`text[start:end]` is a secret; `what` says what kind, for people: "an AWS key"."""

    start: int
    end: int
    what: str


def secret_spans(text: str) -> Iterator[Span]:
    """All secrets in `text`, in no order; spans may overlap."""
    for found in _KEY.finditer(text):
        yield Span(*found.span(), _KEY_KINDS[int(str(found.lastgroup)[1:])])
    for what, pattern in _IN_CONTEXT:
        for found in pattern.finditer(text):
            group = next((name for name in pattern.groupindex if found[name]), 0)
            if not is_stand_in(found[group]):
                yield Span(*found.span(group), what)
    for start, end, what in secret_values(text):
        yield Span(start, end, what)
    for start, end in secret_arguments(text):
        yield Span(start, end, "a password")


# Keys that say themselves what they are, in the shapes that their makers document.
_KEYS = {
    "an AWS key": r"(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Za-z0-9])",
    "a Google key": r"AIza[\w-]{35}|GOCSPX-[\w-]{20,}|ya29\.[\w.-]{20,}",
    "a GitHub token": r"gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{40,}",
    "a GitLab token": r"gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent)-[\w.-]{20,}",
    "a Slack token": r"xox[abeprs]-[\w.-]{10,}|xapp-[\w-]{10,}",
    "a Stripe key": r"[rs]k_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/=]{20,}",
    "an npm token": r"npm_[A-Za-z0-9]{36}",
    "a PyPI token": r"pypi-AgE[\w-]{50,}",
    "a RubyGems key": r"rubygems_[0-9a-f]{40,}",
    "a Docker Hub token": r"dckr_[po]at_[\w-]{20,}",
    "a JSON web token": r"(?<!-)eyJ[\w-]{10,}\.[\w-]{10,}(?:\.[\w-]*){0,3}",
    "a SendGrid key": r"SG\.[\w-]{16,64}\.[\w-]{16,}",
    "an API key": r"(?<!-)sk-(?=[a-z-]{0,40}[A-Z0-9])[\w-]{20,}|lin_api_[A-Za-z0-9]{30,}|NRAK-[A-Z0-9]{20,}"
    r"|PMAK-[0-9a-f-]{40,}|ATATT3[\w=-]{40,}",
    "a Hugging Face token": r"hf_[A-Za-z0-9]{30,}",
    "a DigitalOcean token": r"do[opr]_v1_[0-9a-f]{60,}",
    "a Heroku key": r"HRKU-[\w-]{30,}",
    "a Shopify token": r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}",
    "a Grafana token": r"gl(?:sa|c)_[\w=+/-]{30,}",
    "a Databricks token": r"dapi[0-9a-f]{32}",
    "a Doppler token": r"dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{40,}",
    "a Vault token": r"hv[sbr]\.[\w-]{20,}",
    "a Terraform token": r"atlasv1\.[\w-]{60,}",
    "a Sentry token": r"sntry[su]_[\w=+/-]{40,}",
    "a Telegram bot token": r"[0-9]{8,10}:AA[\w-]{33}(?![\w-])",
    "a Square token": r"sq0(?:atp|csp)-[\w-]{22,}",
    "a PlanetScale token": r"pscale_(?:tkn|pw|oauth)_[\w.-]{30,}",
    "an age key": r"AGE-SECRET-KEY-1[A-Z0-9]{58}",
    "a password hash": r"\$2[abxy]\$[0-9]{2}\$[./A-Za-z0-9]{53}|\$(?:5|6|y|argon2id?)\$[\w./$,=+-]{30,}",
}
_KEY_KINDS = tuple(_KEYS)
_KEY = re.compile(
    r"(?<![A-Za-z0-9_])(?:" + "|".join(f"(?P<k{n}>{shape})" for n, shape in enumerate(_KEYS.values())) + ")"
)

# Places where only a secret stands: the group `secret` or `secret2`, else all that matches.
_QUOTED = r"""(?:'(?P<secret>[^'\n]+)'|"(?P<secret2>[^"\n]+)")"""
_CONTEXTS = {
    "a private key": r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
    r"(?=[\s\\nr]{0,8}(?:[A-Z][A-Za-z-]{2,20}: |[A-Za-z0-9+/=]{16}))"
    r"[^-]*+(?:-(?!----)[^-]*+)*+(?:-----END [A-Z0-9 ]{0,60}-----)?",
    "a password in a URL": r"(?<=://)(?:[^\s/?#@:'\"<>\\]{0,200}:(?P<secret>[^\s/?#'\"<>]+)"
    r"|(?P<secret2>(?=[a-z_-]{0,40}[A-Z0-9])[\w-]{20,}))@(?!sha256:)",
    "a password in a data source": r"\b\w{1,60}:(?P<secret>[^\s/?#'\"<>:@]{1,200})@(?:tcp|unix)\(",
    "an Authorization header": r"(?i:authorization)\\?[\"']?\s{0,3}[:=]\s{0,3}\\?[\"']?"
    r"(?:(?i:bearer|basic|token|apikey|api-key|bot|key|splunk|geniekey)[ =]{1,3}"
    r"|(?=[A-Za-z_-]{0,60}[0-9+/=.]))(?P<secret>[^\s\"',\\]{3,})",
    "a bearer token": r"\b[Bb]earer\s{1,3}(?=[A-Za-z_-]{0,60}[0-9])(?P<secret>[\w.~+/=-]{16,})",
    "a cookie": r"\b[Cc]ookie:\s{0,3}(?P<secret>[\w.-]{1,100}=[^\"'\n]{8,})",
    "a webhook's address": r"(?:hooks\.slack\.com/(?:services|workflows|triggers)/"
    r"|discord(?:app)?\.com/api/webhooks/[0-9]{1,30}/|webhook\.office\.com/webhookb2/)(?P<secret>[\w/@.-]{20,})",
    "a signed URL": r"(?<=[?&])(?:sig|signature|X-Amz-Signature|X-Amz-Security-Token|X-Goog-Signature)="
    r"(?P<secret>[^&\s\"'#<>]{16,})",
    "a password in SQL": r"(?i:identified\s{1,5}(?:with\s{1,5}['\"\w]{1,60}\s{1,5})?(?:by|as)\s{1,5}"
    r"|set\s{1,5}password\s{1,5}(?:for\s{1,5}\S{1,200}\s{0,5})?=\s{0,5})(?i:password\s{0,3}\(?\s{0,3})?" + _QUOTED,
    "a password in a configuration": r"(?i:requirepass|masterauth|primaryauth|auth_pass)\s{1,5}(?P<secret>\S+)"
    r"|\blogin\s{1,9}\S{1,200}\s{1,9}password\s{1,9}(?P<secret2>\S+)",
    "a password among arguments": r"\brabbitmqctl\s(?:\S{1,60}\s){0,4}(?:change_password|add_user|authenticate_user)"
    r"\s{1,5}\S{1,100}\s{1,5}(?P<secret>\S+)"
    r"|\bhtpasswd\s{1,5}(?:-[A-Za-z0-9]{1,5}\s){0,5}?-[A-Za-z0-9]{0,5}b[A-Za-z0-9]{0,5}\s{1,5}\S{1,200}\s{1,5}"
    r"\S{1,100}\s{1,5}(?P<secret2>\S+)",
    "a key among arguments": r"\bconfigure set [\w.-]{0,60}(?:secret_access_key|session_token)\s{1,5}(?P<secret>\S+)",
    "a token among arguments": r"\bvault login\s{1,5}(?:-\S{1,60}\s{1,5}){0,5}(?P<secret>[^\s=-][^\s=]*)(?!\S)"
    r"|\bmc (?:alias set|config host add)\s{1,5}(?:\S{1,200}\s{1,5}){3}(?P<secret2>\S+)",
    "a password that was piped": r"\b(?:echo|printf)\s{1,5}(?:-[neE]{1,3}\s{1,5})?[\"']?(?:[\w.@-]{1,64}:)?"
    r"(?P<secret>[^\s\"'|]{1,500})[\"']?\s{0,5}\|\s{0,5}(?:sudo\s{1,5})?"
    r"(?:chpasswd|passwd\s.{0,40}--stdin|sudo -S|gh auth login|vault login|(?:docker|podman|helm registry) login)",
}
_IN_CONTEXT = tuple((what, re.compile(pattern)) for what, pattern in _CONTEXTS.items())
