"""Settings from the environment: the proxy, and the certificates to trust."""

from __future__ import annotations

import re
import socket
import ssl
import subprocess
import sys
from importlib.util import find_spec
from shutil import which
from urllib.parse import urlsplit

import certifi
import pytest
import truststore

from acedata_responses import ConfigurationError, ConnectionFailedError, testing
from acedata_responses._transport import environment
from acedata_responses.errors import ConnectionLostError, RequestTimeoutError
from tests.client.relay import Relay, assert_calls_work


@pytest.fixture(autouse=True)
def _usual_certificates(monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)


@pytest.mark.parametrize("scheme", ["http://", ""])
@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_used(connect, proxy, monkeypatch, name, scheme):
    relay, address = proxy
    monkeypatch.setenv(name, address.replace("http://", scheme))
    assert_calls_work(connect(base_url="http://service.test"))
    assert relay.seen[0] == "POST http://service.test/openai/responses HTTP/1.1"


@pytest.mark.parametrize("no_proxy", ["service.test", ".test", "other.example, service.test:80", "*"])
def test_a_host_in_no_proxy_is_called_without_the_proxy(connect, port, proxy, monkeypatch, no_proxy):
    relay, address = proxy
    monkeypatch.setenv("HTTP_PROXY", address)
    monkeypatch.setenv("NO_PROXY", no_proxy)
    address_info = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", port))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: [address_info])
    assert_calls_work(connect(base_url="http://service.test"))
    assert relay.seen == []


@pytest.mark.parametrize(
    ("host", "no_proxy", "through"),
    [
        ("127.0.0.1", "10.0.0.0/8, 127.0.0.0/8", False),
        ("127.0.0.1", "127.0.0.0/8", False),
        ("127.0.0.1", "127.0.0.1/16,example.org", False),
        ("127.0.0.1", "10.0.0.0/8,::/0,service.test/8", True),
        ("::1", "::/64", False),
    ],
)
def test_no_proxy_may_name_networks(proxy, monkeypatch, host, no_proxy, through):
    _relay, address = proxy
    monkeypatch.setenv("HTTP_PROXY", address)
    monkeypatch.setenv("NO_PROXY", no_proxy)
    monkeypatch.setattr(environment, "_is_loopback", lambda _host: False)
    assert (environment.find_proxy("http", host, 80) is not None) == through


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "localhost"])
def test_the_local_host_is_called_without_a_proxy(connect, port, proxy, monkeypatch, host):
    """The test server works behind any proxy."""
    relay, address = proxy
    monkeypatch.setenv("ALL_PROXY", address)
    with testing.serve(host="0.0.0.0") as service:
        assert_calls_work(connect(base_url=service.url.replace("0.0.0.0", host)))
    assert relay.seen == []


def test_a_proxy_that_cannot_be_reached_is_named_without_its_password(connect, monkeypatch):
    with testing.unreachable() as url:
        proxy = urlsplit(url).netloc
        monkeypatch.setenv("HTTP_PROXY", f"http://me:secret@{proxy}")
        driver = connect(base_url="http://service.test", max_retries=0)
        named = f"to service.test:80 through the proxy http://{proxy} of HTTP_PROXY could be made, nothing was sent"
        with pytest.raises(ConnectionFailedError, match=re.escape(named)) as caught:
            driver.create()
    assert "secret" not in str(caught.value)
    assert repr(environment.find_proxy("http", "service.test", 80)) == f"<Proxy http://{proxy} of HTTP_PROXY>"


class Waiting(Relay):
    """A proxy that does not respond."""

    async def talk(self, reader, writer):
        await reader.read(-1)


class Leaving(Relay):
    """A proxy that closes the connection without a response."""

    async def talk(self, reader, writer):
        await reader.readuntil(b"\r\n\r\n")


@pytest.mark.parametrize(
    ("relay", "scheme", "options", "error", "text"),
    [
        (Waiting, "https", {"timeout": 0.2}, RequestTimeoutError, "no connection to service.test:443{proxy} was made"),
        (Waiting, "https", {"deadline": 0.2}, RequestTimeoutError, "the call{proxy} was not complete within 0.2 s"),
        (Leaving, "https", {}, ConnectionFailedError, "no connection to service.test:443{proxy} could be made"),
        (
            Waiting, "http", {"timeout": 0.2}, RequestTimeoutError,
            "nothing was received from the service{proxy} within 0.2 s",
        ),
        (Leaving, "http", {}, ConnectionLostError, "the connection{proxy} broke"),
    ],
)  # fmt: skip
def test_an_error_names_the_proxy_and_is_not_billed_if_only_the_proxy_received_something(
    relay, scheme, options, error, text, connect, listen, monkeypatch
):
    url = f"http://127.0.0.1:{listen(relay(0))}"
    monkeypatch.setenv("ALL_PROXY", url)
    driver = connect(base_url=f"{scheme}://service.test", max_retries=0)
    text = text.format(proxy=f" through the proxy {url} of ALL_PROXY")
    with pytest.raises(error, match=re.escape(text)) as caught:
        driver.create(**options)
    assert caught.value.may_be_billed is (None if scheme == "http" else False)


def test_a_proxy_that_refuses_is_named(connect, listen, monkeypatch):
    class Refusing(Relay):
        async def talk(self, reader, writer):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")

    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{listen(Refusing(0))}")
    driver = connect(base_url="https://service.test", max_retries=0)
    with pytest.raises(
        ConnectionFailedError, match=r"through the proxy http://127\.0\.0\.1:\d+ of HTTPS_PROXY could be made.*407"
    ):
        driver.create()


@pytest.mark.parametrize(
    "url", ["ftp://me:secret@proxy.test", "http://", "http://me:secret@proxy.test:port", "http://[::1", "http://:3128"]
)
def test_an_invalid_proxy_is_refused_before_anything_is_sent(connect, monkeypatch, url):
    monkeypatch.setenv("https_proxy", url)
    driver = connect(base_url="https://service.test")
    with pytest.raises(ConfigurationError, match="https_proxy is not a supported proxy URL") as caught:
        driver.create()
    assert "secret" not in str(caught.value)


@pytest.mark.skipif(find_spec("socksio") is not None, reason="httpx can use a SOCKS proxy here")
def test_a_proxy_that_needs_a_missing_package_is_refused(connect, monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "socks5://proxy.test:1080")
    driver = connect(base_url="https://service.test")
    with pytest.raises(ConfigurationError, match=r"socks5://proxy\.test:1080 of ALL_PROXY .*httpx\[socks\]"):
        driver.create()


def test_tls_through_a_proxy_is_end_to_end(connect, listen, tls_url, trusted, monkeypatch):
    relay = Relay(urlsplit(tls_url).port or 0)
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{listen(relay)}")
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    assert_calls_work(connect(base_url="https://service.test"))
    assert relay.seen[0] == "CONNECT service.test:443 HTTP/1.1"


@pytest.mark.parametrize(
    ("variable", "place"), [
        ("SSL_CERT_FILE", "missing"), ("SSL_CERT_FILE", "empty"), ("SSL_CERT_FILE", "folder"),
        ("SSL_CERT_DIR", "missing"), ("SSL_CERT_DIR", "empty"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("proxy", [None, "http://127.0.0.1:9"], ids=["direct", "proxy"])
def test_missing_certificates_are_an_error_before_anything_is_sent(
    connect, monkeypatch, tmp_path, variable, place, proxy
):
    (tmp_path / "empty").touch()
    (tmp_path / "folder").mkdir()
    monkeypatch.setenv(variable, str(tmp_path / place))
    if proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
    driver = connect(base_url="https://service.test")
    for _ in range(2):
        named = f"{variable} is '{re.escape(str(tmp_path / place))}'"
        with pytest.raises(ConfigurationError, match=named) as caught:
            driver.create()
        assert (caught.value.tries, caught.value.may_be_billed) == (0, False)


needs_openssl = pytest.mark.skipif(
    which("openssl") is None, reason="openssl is not installed, and names the files of such a folder"
)


def folder_of(certificate, folder):
    """Make a folder in which OpenSSL finds a certificate."""
    folder.mkdir()
    command = ["openssl", "x509", "-hash", "-noout", "-in", str(certificate)]
    named = subprocess.run(command, capture_output=True, text=True, check=True)
    (folder / f"{named.stdout.strip()}.0").write_bytes(certificate.read_bytes())
    return folder


@needs_openssl
def test_a_folder_of_certificates_is_trusted(connect, tls_url, trusted, tmp_path, monkeypatch):
    monkeypatch.setenv("SSL_CERT_DIR", str(folder_of(trusted, tmp_path / "folder")))
    assert_calls_work(connect(base_url=tls_url))


@pytest.fixture
def system(monkeypatch):
    """Sets where the operating system keeps the certificates that it trusts."""
    monkeypatch.setattr(environment, "_contexts", {})

    def set_paths(*, file=None, folder=None):
        paths = ssl.DefaultVerifyPaths(file and str(file), folder and str(folder), "", "", "", "")
        monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: paths)

    return set_paths


def test_a_certificate_that_only_the_system_trusts_is_trusted(connect, tls_url, trusted, system):
    system(file=trusted)
    assert_calls_work(connect(base_url=tls_url))


@needs_openssl
def test_a_folder_of_the_system_with_many_certificates_is_used_alone(connect, tls_url, trusted, system, tmp_path):
    folder = folder_of(trusted, tmp_path / "folder")
    for number in range(100):
        (folder / f"{number:08x}.0").touch()
    system(folder=folder, file=tmp_path / "not there")
    assert_calls_work(connect(base_url=tls_url))


def test_a_folder_of_the_system_with_few_certificates_is_not_used_alone(connect, tls_url, trusted, system, tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "0123abcd.0").touch()
    system(folder=folder, file=trusted)
    assert_calls_work(connect(base_url=tls_url))


def test_the_certificates_of_certifi_are_trusted_if_the_system_has_none(
    connect, tls_url, trusted, system, tmp_path, monkeypatch
):
    system(folder=tmp_path)
    monkeypatch.setattr(certifi, "where", lambda: str(trusted))
    assert_calls_work(connect(base_url=tls_url))


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_truststore_reads_the_certificates_of_macos_and_windows(platform, monkeypatch):
    with monkeypatch.context() as patches:
        patches.setattr(sys, "platform", platform)
        context = environment.system_context()
    assert isinstance(context, truststore.SSLContext)
