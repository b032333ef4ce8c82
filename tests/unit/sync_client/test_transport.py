"""Every way a server can be away, wrong or hostile has an error of its own; what is sent is what was meant."""

from __future__ import annotations

import gzip
import socket
import ssl
import warnings
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
import trustme
import zstandard

from nxcrm_desktop.errors import NxcrmError
from sync.client import wire
from sync.client.transport import Endpoint, Transport
from sync.protocol.messages import Ack, Problem
from tests.unit.sync_client.web import Answer, Web, serving

pytestmark = pytest.mark.allow_threads(r"process_request_thread")

HTML = Answer(body=b"<html>Welcome to the airport</html>", media_type="text/html")


class Ring:
    """A token source whose first token the server does not like."""

    def __init__(self) -> None:
        self.renewed: list[str] = []

    def access_token(self) -> str:
        return "old"

    def renew(self, refused: str) -> str:
        self.renewed.append(refused)
        return "new"


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


def server_context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def to(url: str, ca_file: Path | None = None) -> Transport:
    return Transport(Endpoint(url, ca_file, plain_loopback=True), Ring())


def ask(transport: Transport) -> dict[str, str]:
    with closing(transport):
        return transport.post("/x", {}, dict[str, str], signed_in=False)


def refused(transport: Transport) -> NxcrmError:
    with pytest.raises(NxcrmError) as caught:
        ask(transport)
    error = caught.value
    assert error.happened, "says what happened"
    assert error.safe or error.happened == "Because.", "says what is safe, unless these are the server's own words"
    return error


def problem(status: int, code: str, retry_after: int | None = None) -> Answer:
    return Answer(status, msgspec.json.encode(Problem(code, "Because.", retry_after)))


# ------------------------------------------------------------------------------------------------------------ addresses


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://crm.example.in", "tls_required"),
        ("http://127.0.0.1.example.in", "tls_required"),
        ("http://10.0.0.5:8443", "tls_required"),
        ("crm.example.in", "invalid_server"),
        ("ftp://crm.example.in", "invalid_server"),
        ("https://", "invalid_server"),
        ("https://user:word@crm.example.in", "invalid_server"),
        ("https://crm.example.in?x=1", "invalid_server"),
    ],
)
def test_addresses_that_are_refused(url: str, code: str) -> None:
    with pytest.raises(NxcrmError) as caught:
        Endpoint(url, plain_loopback=True)
    assert caught.value.code == code


def test_plain_http_to_this_machine_only_when_asked_for() -> None:
    with pytest.raises(NxcrmError) as caught:
        Endpoint("http://127.0.0.1:1")
    assert caught.value.code == "tls_required"
    assert Endpoint("http://localhost:1", plain_loopback=True).is_loopback
    assert Endpoint("http://[::1]:1", plain_loopback=True).is_loopback


# ------------------------------------------------------------------------------------------------------------------ TLS


def test_the_organisations_certificate_authority_is_trusted(authority: trustme.CA, ca_file: Path) -> None:
    with serving(server_context(authority.issue_cert("127.0.0.1"))) as web:
        assert ask(to(web.url, ca_file)) == {}


def test_another_authority_is_not(authority: trustme.CA, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    with serving(server_context(authority.issue_cert("127.0.0.1"))) as web:
        assert refused(to(web.url, other)).code == "tls_untrusted"
        assert refused(to(web.url)).code == "tls_untrusted"
        assert web.asked == []


def test_the_ca_file_goes_before_the_environment(
    authority: trustme.CA, ca_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(ca_file))
    with serving(server_context(authority.issue_cert("127.0.0.1"))) as web:
        transport = to(web.url, other)
        transport._session.trust_env = True  # as it is for a server that is not on this machine
        assert refused(transport).code == "tls_untrusted"


def test_a_certificate_for_another_name_is_refused(authority: trustme.CA, ca_file: Path) -> None:
    with serving(server_context(authority.issue_cert("crm.example.in"))) as web:
        assert refused(to(web.url, ca_file)).code == "tls_untrusted"


def test_an_expired_certificate_is_told_as_such(authority: trustme.CA, ca_file: Path) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    with serving(server_context(authority.issue_cert("127.0.0.1", not_after=yesterday))) as web:
        assert refused(to(web.url, ca_file)).code == "certificate_expired"


def test_old_tls_is_refused(authority: trustme.CA, ca_file: Path) -> None:
    context = server_context(authority.issue_cert("127.0.0.1"))
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1_1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with serving(context) as web:
        assert refused(to(web.url, ca_file)).code == "tls_untrusted"


def test_a_server_that_speaks_no_tls(web: Web, ca_file: Path) -> None:
    assert refused(to(web.url.replace("http:", "https:"), ca_file)).code == "tls_required"


def test_a_ca_file_without_certificates(tmp_path: Path) -> None:
    for content in ("", "no certificate"):
        (tmp_path / "ca.pem").write_text(content)
        with pytest.raises(NxcrmError) as caught:
            to("https://127.0.0.1:1", tmp_path / "ca.pem")
        assert caught.value.code == "ca_file_unreadable"
    with pytest.raises(NxcrmError) as caught:
        to("https://127.0.0.1:1", tmp_path / "missing.pem")
    assert caught.value.code == "ca_file_unreadable"
    assert caught.value.happened == f"There is no file {tmp_path / 'missing.pem'}."


# ------------------------------------------------------------------------------------------------------- being answered


def test_nobody_listens() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    assert refused(to(f"http://127.0.0.1:{port}")).code == "server_unreachable"


@pytest.mark.parametrize(
    "answer",
    [
        HTML,
        Answer(404, HTML.body, "text/html"),
        Answer(500, b"oops", "text/plain"),
        Answer(302, b"", headers={"Location": "http://127.0.0.1:1/login"}),
        Answer(body=b"not json"),
        Answer(body=b'{"a": 1}'),
        Answer(body=b"[]"),
        Answer(body=b"\xff\xfe"),
        Answer(404, b'{"detail":"Not Found"}'),
        Answer(500, b'{"code":"x","message":"y","z":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
        Answer(body=gzip.compress(b" " * (wire.MAX_REPLY_BYTES + 1)), headers={"Content-Encoding": "gzip"}),
        Answer(body=b"rubbish", headers={"Content-Encoding": "zstd"}),
    ],
    ids=[
        "html",
        "404",
        "500",
        "redirect",
        "no json",
        "wrong type",
        "list",
        "bytes",
        "other json",
        "deep json",
        "bomb",
        "rubbish",
    ],
)
def test_something_else_answers(web: Web, answer: Answer) -> None:
    web.told(answer)
    assert refused(to(web.url)).code == "server_wrong"
    assert len(web.asked) == 1


def test_a_page_in_place_of_a_receipt_is_no_receipt(web: Web) -> None:
    web.told(HTML)
    with closing(to(web.url)) as transport, pytest.raises(NxcrmError) as caught:
        transport.ack(Ack("d" * 36, "cursor"))
    assert caught.value.code == "server_wrong"


def test_an_answer_without_a_body_is_a_receipt(web: Web) -> None:
    web.told(Answer(204, b""))
    with closing(to(web.url)) as transport:
        transport.ack(Ack("d" * 36, "cursor"))


def test_an_answer_cut_short(web: Web) -> None:
    web.told(Answer(body=b"{}", headers={"Content-Length": "100", "Connection": "close"}))
    assert refused(to(web.url)).code == "server_unreachable"


@pytest.mark.parametrize(
    ("answer", "code", "seconds"),
    [
        (problem(429, "too_many_requests", 17), "rate_limited", 17),
        (Answer(429, b"<html>", "text/html", {"Retry-After": "30"}), "rate_limited", 30),
        (problem(503, "unavailable", 5), "server_unavailable", 5),
        (Answer(429, b"<html>", "text/html", {"Retry-After": "9" * 5000}), "rate_limited", None),
        (Answer(429, b"<html>", "text/html", {"Retry-After": "tomorrow"}), "rate_limited", None),
        (Answer(502, b"<html>bad gateway", "text/html"), "server_unavailable", None),
        (problem(403, "device_revoked"), "device_revoked", None),
        (problem(409, "device_rewound"), "device_rewound", None),
        (problem(409, "gap"), "server_behind", None),
        (problem(426, "schema_too_old"), "update_needed", None),
        (problem(426, "protocol_unknown"), "update_needed", None),
        (problem(413, "too_large"), "too_large", None),
        (problem(403, "forbidden"), "not_allowed", None),
        (problem(401, "bad_credentials"), "bad_credentials", None),
        (problem(422, "weak_password"), "weak_password", None),
    ],
)
def test_the_servers_complaints(web: Web, answer: Answer, code: str, seconds: int | None) -> None:
    web.told(answer)
    error = refused(to(web.url))
    assert error.code == code
    assert error.details.get("retry_after") == seconds


# ------------------------------------------------------------------------------------------------------ what is sent


def test_a_refused_token_is_renewed_once(web: Web) -> None:
    web.told(problem(401, "unauthenticated"), Answer())
    with closing(to(web.url)) as transport:
        transport.post("/x", {"a": 1}, dict)
        assert [asked.headers["authorization"] for asked in web.asked] == ["Bearer old", "Bearer new"]
        assert [asked.json for asked in web.asked] == [{"a": 1}, {"a": 1}]
        web.told(problem(401, "unauthenticated"))
        with pytest.raises(NxcrmError) as caught:
            transport.post("/x", {}, dict)
    assert caught.value.code == "sign_in_needed"
    assert len(web.asked) == 4


def test_long_bodies_are_packed_and_connections_kept(web: Web) -> None:
    reply = zstandard.compress(b'{"a":"' + b"y" * 5000 + b'"}')
    web.told(Answer(body=reply, headers={"Content-Encoding": "zstd"}))
    with closing(to(web.url)) as transport:
        for _ in range(3):
            transport.post("/x", {"text": "x" * 5000}, dict[str, str], signed_in=False)
        assert web.connections == 1
        assert web.asked[0].json == {"text": "x" * 5000}
        assert web.asked[0].headers["accept-encoding"] == "zstd, gzip"
        assert (transport.bytes_up, transport.bytes_down) == (3 * len(web.asked[0].raw), 3 * len(reply))


def test_no_password_of_the_users_netrc_is_sent(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    transport = to(web.url)
    transport._session.trust_env = True  # as it is for a server that is not on this machine
    ask(transport)
    assert "authorization" not in web.asked[0].headers


def test_proxies_are_respected_except_on_the_way_to_this_machine(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with serving() as proxy:
        for name in ("http_proxy", "https_proxy", "HTTPS_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert ask(to(web.url)) == {}
        assert (len(web.asked), proxy.connections) == (1, 0)
        error = refused(Transport(Endpoint("https://crm.example.invalid")))
        assert error.code == "server_unreachable"
        assert "proxy" in error.happened
        assert proxy.connections == 1


# -------------------------------------------------------------------------------------------------------------- files


def test_a_file_is_fetched_as_it_is(web: Web) -> None:
    web.told(Answer(body=b"PK\x03\x04\x00\xff", media_type="application/zip"))
    with closing(to(web.url)) as transport:
        assert transport.fetch("/x", {}, "application/zip") == b"PK\x03\x04\x00\xff"


@pytest.mark.parametrize(
    ("answer", "code"),
    [(HTML, "server_wrong"), (Answer(), "server_wrong"), (problem(403, "forbidden"), "not_allowed")],
    ids=["html", "json", "refused"],
)
def test_what_is_not_the_file_is_not_taken_for_it(web: Web, answer: Answer, code: str) -> None:
    web.told(answer)
    with closing(to(web.url)) as transport, pytest.raises(NxcrmError) as caught:
        transport.fetch("/x", {}, "application/zip")
    assert caught.value.code == code
