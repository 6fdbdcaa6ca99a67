"""The part of the policy that maps paths on servers to paths in a repository."""

from pathlib import Path

import pytest

from bot.rules.policy import PolicyError, load_policy, mapped_path

PATHS = {"/etc/": "etc/", "/etc/nginx/": "deploy/nginx/", "/etc/hosts": "net/hosts", "/srv/app/": ""}


@pytest.mark.parametrize(
    ("server", "inside"),
    [
        ("/etc/nginx/conf.d/a.conf", "deploy/nginx/conf.d/a.conf"),
        ("/etc/app.conf", "etc/app.conf"),
        ("etc/app.conf", "etc/app.conf"),
        ("/etc/hosts", "net/hosts"),
        ("/etc/hosts.allow", "etc/hosts.allow"),
        ("/srv/app/main.py", "main.py"),
        ("/srv/apple", None),
        ("README", None),
    ],
)
def test_the_longest_beginning_counts(server: str, inside: str | None) -> None:
    assert mapped_path(server, PATHS) == inside


@pytest.mark.parametrize(
    ("paths", "ok"),
    [
        ('"/etc/nginx/" = "deploy/nginx/"', True),
        ('"/srv/app/" = ""', True),
        ('"/etc/hosts" = "net/hosts"', True),
        ('"/etc/" = "../etc/"', False),
        ('"/etc/../" = "etc/"', False),
        ('"/etc/" = "/etc/"', False),
        ('"etc/" = "etc/"', False),
        ('"/etc/" = "etc"', False),
        ('"/etc/hosts" = ""', False),
    ],
)
def test_what_the_policy_may_map(tmp_path: Path, paths: str, ok: bool) -> None:
    file = tmp_path / "hotwash.toml"
    file.write_text(f'[[repositories]]\nname = "shop"\nurl = "https://example.com/shop"\npaths = {{ {paths} }}\n')
    if ok:
        assert load_policy(file).repositories[0].paths
        return
    with pytest.raises(PolicyError, match=r"repositories\.0"):
        load_policy(file)


@pytest.mark.parametrize(
    ("url", "ok"),
    [
        ("https://git.example.com/acme/shop.git", True),
        ("https://oauth2@git.example.com/acme/shop.git", True),
        ("https://bot:secret@git.example.com/acme/shop.git", False),
        ("git@git.example.com:acme/shop.git", False),
        ("ssh://git@git.example.com/acme/shop.git", False),
        ("http://git.example.com/acme/shop.git", False),
    ],
)
def test_a_token_is_for_https_alone(tmp_path: Path, url: str, ok: bool) -> None:
    file = tmp_path / "hotwash.toml"
    file.write_text(f'[[repositories]]\nname = "shop"\nurl = "{url}"\ntoken_env = "SHOP_TOKEN"\n')
    if ok:
        assert load_policy(file).repositories[0].token_env == "SHOP_TOKEN"
        return
    with pytest.raises(PolicyError, match="token_env is the password of an https URL"):
        load_policy(file)


def test_a_host_for_pull_requests_needs_a_push(tmp_path: Path) -> None:
    file = tmp_path / "hotwash.toml"
    shop = '[[repositories]]\nname = "shop"\nurl = "https://git.example.com/acme/shop.git"\nhost = "gitlab"\n'
    file.write_text(shop)
    with pytest.raises(PolicyError, match="it needs push = true"):
        load_policy(file)
    file.write_text(shop + 'token_env = "SHOP_TOKEN"\npush = true\n')
    assert load_policy(file).repositories[0].host == "gitlab"
