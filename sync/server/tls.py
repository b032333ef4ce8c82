"""TLS of the server: certificates made for development, and the settings every certificate is served with."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from uvicorn import Config

from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security.files import write_atomically

_CA_DAYS = 3650
_LEAF_DAYS = 90
_RENEW_DAYS = 7
_NAMES = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Certificate:
    """Files in PEM. ``ca`` is what clients must trust; None for a certificate the organisation brought itself."""

    cert: Path
    key: Path
    ca: Path | None = None


def given(cert: Path, key: Path) -> Certificate:
    """The organisation's own certificate. NxcrmError ``bad_certificate`` when the two files do not belong together."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key)
    except (OSError, ssl.SSLError, ValueError) as problem:
        raise NxcrmError(
            "bad_certificate",
            f"{cert} and {key} are not a certificate and its key in PEM.",
            safe="The server was not started.",
            todo="Check both files and that they belong together.",
        ) from problem
    return Certificate(cert, key)


def development(folder: Path) -> Certificate:
    """A certificate for this machine's own names, by an authority made here. Renewed when it is about to run out."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = Certificate(folder / "server.pem", folder / "server.key", folder / "ca.pem")
    authority_key = folder / "ca.key"
    if not (authority_key.exists() and (folder / "ca.pem").exists()):
        _make_authority(folder / "ca.pem", authority_key)
    if _days_left(found.cert) < _RENEW_DAYS:
        _make_leaf(found, authority_key)
    return found


def expires_at(cert: Path) -> datetime:
    """When a certificate runs out (UTC)."""
    return x509.load_pem_x509_certificate(cert.read_bytes()).not_valid_after_utc


def harden(_: Config, default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    """uvicorn's TLS context, for TLS 1.2 and newer only."""
    context = default()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _days_left(cert: Path) -> float:
    if not cert.exists():
        return 0.0
    return (expires_at(cert) - datetime.now(UTC)) / timedelta(days=1)


def _make_authority(cert: Path, key_file: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("nxcrm development authority")
    usage = x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = (
        _builder(name, name, key.public_key(), _CA_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    write_atomically(key_file, _pem(key))
    write_atomically(cert, made.public_bytes(Encoding.PEM))


def _make_leaf(wanted: Certificate, authority_key: Path) -> None:
    assert wanted.ca is not None
    authority = x509.load_pem_x509_certificate(wanted.ca.read_bytes())
    signer = load_pem_private_key(authority_key.read_bytes(), password=None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    made = (
        _builder(_name("localhost"), authority.subject, key.public_key(), _LEAF_DAYS)
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in _NAMES]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, SHA256())
    )
    write_atomically(wanted.key, _pem(key))
    write_atomically(wanted.cert, made.public_bytes(Encoding.PEM))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, days: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=days))
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
