import base64

import pytest

from bot.git.urls import BadUrl, checked_url, commit_url, repository_web_url


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/acme/shop.git",
        "https://git.example.com:8443/acme/shop",
        "ssh://git@github.com/acme/shop.git",
        "ssh://git@git.example.com:7999/acme/shop.git",
        "git@github.com:acme/shop.git",
        "github-work:acme/shop.git",
        "git@git.example.com:/srv/git/shop.git",
    ],
)
def test_git_is_given_the_url(url: str) -> None:
    assert checked_url(url) == (url, {})


@pytest.mark.parametrize(
    "url",
    [
        "ext::sh -c touch%20x",
        "ext::sh",
        "fd::7",
        "file:///srv/shop.git",
        "/srv/shop.git",
        "shop.git",
        "../shop.git",
        "http://github.com/acme/shop.git",
        "git://github.com/acme/shop.git",
        "ftp://github.com/acme/shop.git",
        "--upload-pack=touch x",
        "-oProxyCommand=sh:x",
        "ssh://-oProxyCommand=sh/x",
        "ssh://-oProxyCommand=sh@host/x",
        "-oProxyCommand=sh@host:x",
        "git@-host:x",
        "https://-host/x",
        "https://github.com",
        "https://github.com/acme/shop?x=1",
        "https://git hub.com/acme/shop",
        "https://github.com/acme/shop\n",
        "https://github.com:port/acme/shop",
        "https://[::1/acme",
        "C:/shop",
        "",
    ],
)
def test_git_is_not_given_the_url(url: str) -> None:
    with pytest.raises(BadUrl, match="https://host/path"):
        checked_url(url)


def test_files_are_for_tests_and_the_playground_only() -> None:
    assert checked_url("file:///srv/shop.git", allow_file=True) == ("file:///srv/shop.git", {})
    assert checked_url("/srv/shop.git", allow_file=True) == ("/srv/shop.git", {})
    for url in ("file://host/srv", "ext::sh -c x", "../x"):
        with pytest.raises(BadUrl):
            checked_url(url, allow_file=True)


def test_a_password_leaves_the_url_for_a_header() -> None:
    url, settings = checked_url("https://bot:s%40crit@git.example.com:8443/acme/shop.git")
    assert url == "https://git.example.com:8443/acme/shop.git"
    assert settings == {"http.https://git.example.com:8443/.extraHeader": "Authorization: Basic Ym90OnNAY3JpdA=="}


def test_an_error_does_not_repeat_a_password() -> None:
    with pytest.raises(BadUrl) as caught:
        checked_url("ftp://bot:secret@git.example.com/x")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "web"),
    [
        ("https://github.com/acme/shop.git", "https://github.com/acme/shop"),
        ("https://bot:secret@github.com/acme/shop", "https://github.com/acme/shop"),
        ("git@github.com:acme/shop.git", "https://github.com/acme/shop"),
        ("ssh://git@ssh.github.com:443/acme/shop.git", "https://github.com/acme/shop"),
        ("ssh://git@git.example.com:2222/acme/shop.git", "https://git.example.com/acme/shop"),
        ("https://git.example.com:8443/acme/shop/", "https://git.example.com:8443/acme/shop"),
        ("file:///srv/shop.git", None),
        ("/srv/shop.git", None),
        ("work:acme/shop.git", None),
    ],
)
def test_the_page_of_a_repository(url: str, web: str | None) -> None:
    assert repository_web_url(url) == web


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("git@github.com:acme/shop.git", "https://github.com/acme/shop/commit/a79f427"),
        ("git@gitlab.com:acme/shop.git", "https://gitlab.com/acme/shop/-/commit/a79f427"),
        ("git@bitbucket.org:acme/shop.git", "https://bitbucket.org/acme/shop/commits/a79f427"),
        ("https://codeberg.org/acme/shop", "https://codeberg.org/acme/shop/commit/a79f427"),
        ("/srv/shop.git", None),
    ],
)
def test_the_page_of_a_commit(url: str, page: str | None) -> None:
    assert commit_url(url, "a79f427") == page


@pytest.mark.parametrize(("user", "sent_as"), [("", "x-access-token"), ("oauth2@", "oauth2")])
def test_a_token_takes_the_place_of_a_password(user: str, sent_as: str) -> None:
    location, settings = checked_url(f"https://{user}git.example.com/acme/shop.git", token="t0ken")
    assert location == "https://git.example.com/acme/shop.git"
    assert settings == {
        "http.https://git.example.com/.extraHeader": "Authorization: Basic "
        + base64.b64encode(f"{sent_as}:t0ken".encode()).decode()
    }
