"""The team's rules, a versioned TOML file (`hotwash.toml`), with defaults that a team can live with.

Read once at start. Every error names the field and what it takes.
"""

import re
import tomllib
from collections.abc import Mapping
from datetime import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bot.rules.decision import CannotRun
from bot.rules.happened import Event

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")]


class PolicyError(CannotRun):
    """The policy file cannot be used; the text names the file, the field and what is wrong with it."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Repository(_Part):
    """A watched repository. `branch` is its upstream branch: the one that production is built from. `paths` map folders
    (or files) on a server to those of the repository that hold the same: `/etc/nginx/` to `deploy/nginx/`."""

    name: Name
    url: str
    branch: str = "main"
    token_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None  # an environment variable
    push: bool = False  # may its token push branches `hotwash/…`, when somebody presses the button
    host: Literal["github", "gitlab"] | None = None  # what opens their pull requests; github.com, gitlab.com are known
    paths: dict[str, str] = {}

    @model_validator(mode="after")
    def _mapped_inside(self) -> Self:
        for server, inside in self.paths.items():
            if any(part in (".", "..") for part in f"{server}/{inside}".split("/")):
                raise ValueError(f"{server!r} = {inside!r}: a path has no . and no .. here")
            folder = inside.endswith("/") or not inside  # the root of the repository is a folder, too
            if not server.startswith("/") or inside.startswith("/") or server.endswith("/") is not folder:
                raise ValueError(
                    f"{server!r} = {inside!r}: on the left stands a path on a server, from its first slash on, on the "
                    "right one in the repository, without that; a folder ends with a slash on both sides"
                )
        return self

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if self.token_env and not re.match(r"https://(?:[^@:/]+@)?[^@/]+/", self.url):
            raise ValueError("token_env is the password of an https URL that has none itself: https://host/path")
        if self.push and not self.token_env:
            raise ValueError("push needs token_env: the variable that holds a token which may push")
        if self.host and not self.push:
            raise ValueError("host says where pull requests of pushed branches are opened: it needs push = true")
        return self


def mapped_path(path: str, paths: Mapping[str, str]) -> str | None:
    """The path in the repository of a path on a server; the longest beginning counts. None if none fits."""
    rooted = f"/{path.lstrip('/')}"  # `git diff --no-index` leaves the first slash out
    fitting = [server for server in paths if rooted == server or (server.endswith("/") and rooted.startswith(server))]
    if not fitting:
        return None
    longest = max(fitting, key=len)
    return paths[longest] + rooted.removeprefix(longest)


class _Responds(_Part):
    """Who is invited when an incident is opened: people and user groups, by their Slack ids."""

    people: tuple[Annotated[str, Field(pattern=r"^[UW][A-Z0-9]+$")], ...] = ()
    groups: tuple[Annotated[str, Field(pattern=r"^S[A-Z0-9]+$")], ...] = ()


class SeverityRule(_Responds):
    """`title` says what the severity stands for. `update_every_minutes`: the lead is reminded when the last status
    update of an open incident is older; None: never."""

    name: Name
    title: str = ""
    update_every_minutes: Annotated[int, Field(ge=5)] | None = None


class Service(_Responds):
    """What an incident may be about: `/incident open sev1 checkout: 502s on pay`. It is announced in `channel` (a name
    or id) too; `repo` is the watched repository that it is built from."""

    name: Name
    channel: str | None = None
    repo: str | None = None


class Role(_Part):
    """What somebody does in an incident besides the lead. `title` is how it is shown."""

    name: Name
    title: str = ""

    @property
    def shown(self) -> str:
        return self.title or self.name.capitalize()


class Nudges(_Part):
    """When people are reminded of drift. Hours of the day are the person's own."""

    quiet_minutes: Annotated[int, Field(ge=0)] = 15  # nothing in the first minutes after an action
    thread_every_minutes: Annotated[int, Field(ge=15)] = 60  # during the incident, in the action's thread
    after_resolve_minutes: Annotated[int, Field(ge=0)] = 60
    workday_start: time = time(9)
    workday_end: time = time(18)
    morning: time = time(10)  # when a nudge that had to wait goes out
    working_days: frozenset[int] = frozenset({0, 1, 2, 3, 4})  # Monday is 0
    lead_after_hours: Annotated[int, Field(ge=1)] = 24
    announce_after_hours: Annotated[int, Field(ge=1)] = 48
    most_per_action: Annotated[int, Field(ge=1)] = 5
    snooze_hours: Annotated[int, Field(ge=1)] = 4
    digest_every_days: Annotated[int, Field(ge=1)] = 7

    @model_validator(mode="after")
    def _a_working_day(self) -> Self:
        if not self.working_days or not self.working_days <= set(range(7)):
            raise ValueError("working_days names days of the week from 0 (Monday) to 6, at least one")
        if any(at.tzinfo for at in (self.workday_start, self.workday_end, self.morning)):
            raise ValueError("workday_start, workday_end and morning are each person's own time: give no time zone")
        if not self.workday_start <= self.morning < self.workday_end:
            raise ValueError("morning must lie between workday_start and workday_end")
        return self


class Closing(_Part):
    drifting: Literal["allow", "reason", "refuse"] = "allow"


class Standing(_Part):
    """Where a manual change outside any incident goes. `lead` is a Slack user id, `channel` a channel name or id."""

    lead: str | None = None
    channel: str | None = None


class Reporting(_Part):
    """What the close-out report counts with. Without `revenue_per_minute` no money is named.

    `refocus_minutes`: how long somebody takes to get back to what they were interrupted in, 23 min 15 s on average:
    Gloria Mark (University of California, Irvine), in the Gallup Business Journal, "Too Many Interruptions at Work?",
    June 2006.

    With `repository`, the name of a watched one, the report is committed to it as `path`, pushed onto a branch
    `hotwash/INC-42` or straight onto upstream; those of private incidents only with `private`.
    """

    repository: Name | None = None
    path: str = "incidents/{year}/{incident}.md"
    push: Literal["branch", "upstream"] = "branch"
    private: bool = False

    look_back_minutes: Annotated[int, Field(ge=1, le=7 * 24 * 60)] = 120  # before the first sign
    revenue_per_minute: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None  # lost while service is away
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None  # as ISO 4217 names it
    refocus_minutes: Annotated[int, Field(ge=0)] = 23

    def path_of(self, year: int, incident: str) -> str:
        return self.path.replace("{year}", str(year)).replace("{incident}", incident)

    @model_validator(mode="after")
    def _a_file_each(self) -> Self:
        parts = self.path_of(2026, "INC-42").split("/")
        if "{incident}" not in self.path or any(one in ("", ".", "..") or one.lower() == ".git" for one in parts):
            raise ValueError("path is that of a file in the repository, without . and .., with {incident} in it")
        return self

    @model_validator(mode="after")
    def _money(self) -> Self:
        if self.revenue_per_minute is not None and self.currency is None:
            raise ValueError("revenue_per_minute needs its currency, as three letters")
        return self


class Webhook(_Part):
    """A program elsewhere that is told what happens. `secret_env` names the variable that holds its signing key."""

    name: Name
    url: Annotated[str, Field(pattern=r"^https?://[^\s<>|]+$")]
    secret_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
    events: frozenset[Event] = frozenset(Event)
    text: bool = False  # also the title of the incident, and what was done
    private: bool = False  # also of private incidents


class Right(StrEnum):
    EVERYONE = "everyone"  # every full member of the workspace
    LEAD = "lead"  # the incident's lead, its opener, and the people in `leads`


class Rights(_Part):
    """Who may do what. Guests and people of other organisations may only look, whatever stands here."""

    open: Right = Right.EVERYONE
    log: Right = Right.EVERYONE
    link: Right = Right.EVERYONE
    waive: Right = Right.LEAD
    close: Right = Right.LEAD
    cancel: Right = Right.LEAD
    severity: Right = Right.LEAD
    resolve: Right = Right.EVERYONE
    reopen: Right = Right.EVERYONE
    leads: frozenset[str] = frozenset()  # Slack user ids that count as lead everywhere


class Policy(_Part):
    announce: str | None = "incidents"  # channel name or id; None: nowhere
    severities: tuple[SeverityRule, ...] = (
        SeverityRule(name="sev1", update_every_minutes=30),
        *(SeverityRule(name=f"sev{n}") for n in (2, 3, 4)),
    )
    default_severity: str = "sev3"
    roles: Annotated[tuple[Role, ...], Field(max_length=5)] = (Role(name="communications"), Role(name="scribe"))
    alarm_always: frozenset[str] = frozenset({"sev1"})  # regressions reach the owner outside working hours too
    bridge: Annotated[str, Field(pattern=r"^https?://[^\s<>|]+$")] | None = None  # the call that people join
    archive_after_days: Annotated[int, Field(ge=1)] | None = None  # rooms; None: never
    channel_prefix: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,15}$")] = "inc"
    services: tuple[Service, ...] = ()
    repositories: tuple[Repository, ...] = ()
    poll_seconds: Annotated[int, Field(ge=1)] = 60
    production_environments: frozenset[str] = frozenset({"production"})  # of deployments, as their host names them
    look_back_days: Annotated[int, Field(ge=0)] = 14  # how far the first walk of a repository reads
    watch_days: Annotated[int, Field(ge=1)] = 365  # how long what landed is proven again when upstream moves
    nudges: Nudges = Nudges()
    closing: Closing = Closing()
    standing: Standing = Standing()
    rights: Rights = Rights()
    report: Reporting = Reporting()
    webhooks: tuple[Webhook, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [severity.name for severity in self.severities]
        if self.default_severity not in names:
            raise ValueError(f"default_severity {self.default_severity!r} is none of {', '.join(names)}")
        services = [service.name for service in self.services]
        roles = [role.name for role in self.roles]
        if "lead" in roles:
            raise ValueError("roles: every incident has a lead; name only the others")
        repositories = [repository.name for repository in self.repositories]
        for service in self.services:
            if service.repo is not None and service.repo not in repositories:
                raise ValueError(f"services: {service.name}: {service.repo!r} is none of the repositories")
        hooks = [hook.name for hook in self.webhooks]
        if self.report.repository is not None and self.report.repository not in repositories:
            raise ValueError(f"report: {self.report.repository!r} is none of the repositories")
        named = {"severities": names, "repositories": repositories, "roles": roles, "services": services}
        named["webhooks"] = hooks
        for what, all_names in named.items():
            if len(set(all_names)) != len(all_names):
                raise ValueError(f"{what}: a name stands twice")
        return self

    def repository(self, name: str) -> Repository | None:
        return next((r for r in self.repositories if r.name == name), None)

    def severity(self, name: str) -> SeverityRule:
        """The rule of a severity; an incident may still have one that the policy no longer names."""
        return next((s for s in self.severities if s.name == name), SeverityRule(name=name))

    def service(self, name: str | None) -> Service | None:
        return next((service for service in self.services if service.name == name), None)

    def service_in(self, title: str) -> Service | None:
        """The service that a title names before a colon: `checkout: 502s on pay`."""
        return self.service(title.partition(":")[0].strip().lower()) if ":" in title else None

    def repository_page(self, service: str | None) -> str | None:
        """Where people read the repository of a service; None where its URL is not one for a browser."""
        of = self.service(service)
        repository = self.repository(of.repo) if of and of.repo else None
        url = repository.url.removesuffix(".git") if repository else ""
        return url if url.startswith("https://") else None

    def responders(self, severity: str, service: str | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Slack ids of the people and of the user groups that are invited to such an incident."""
        rules = [self.severity(severity), self.service(service)]
        people = dict.fromkeys(one for rule in rules if rule for one in rule.people)
        groups = dict.fromkeys(one for rule in rules if rule for one in rule.groups)
        return tuple(people), tuple(groups)

    def severity_names(self) -> tuple[str, ...]:
        return tuple(s.name for s in self.severities)

    @property
    def announce_name(self) -> str | None:
        return re.sub(r"^#", "", self.announce) if self.announce else None


def load_policy(path: Path | None) -> Policy:
    """The policy in a TOML file, or the defaults without one. Raises PolicyError."""
    if path is None:
        return Policy()
    try:
        return Policy.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise PolicyError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path}: is not valid TOML: {error}") from error
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, e['loc'])) or 'policy'}: {e['msg']}" for e in error.errors()]
        raise PolicyError(f"{path}: " + "; ".join(lines)) from error
