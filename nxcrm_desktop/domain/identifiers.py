"""Identifiers of Indian law and trade, checked by their own rules and check digits."""

from __future__ import annotations

import re

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from stdnum.exceptions import ValidationError
from stdnum.in_ import gstin as stdnum_gstin, pan as stdnum_pan

from nxcrm_desktop.domain.problems import ValueProblem

# Central Motor Vehicles Rules 1989, rule 50: state, district, series, number; and the BH series (G.S.R. 594(E), 2021).
_STATE_MARK = re.compile(r"^[A-Z]{2}\d{1,2}[A-Z]{0,3}\d{1,4}$")
_BHARAT_MARK = re.compile(r"^\d{2}BH\d{4}[A-Z]{1,2}$")
_SEPARATORS = re.compile(r"[\s\-./]+")
# Lower-case letters, digits and inner hyphens: an ASCII dot-atom (RFC 5322, 3.2.3) at a host name (RFC 1123, 2.1),
# short enough for every limit of RFC 5321, 4.5.3.1, on its parts. Everything else is for the full check.
_PLAIN_ADDRESS = re.compile(r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,}")
_PLAIN_LENGTH = 63
_SPECIAL_ENDINGS = frozenset(name.rpartition(".")[2] for name in SPECIAL_USE_DOMAIN_NAMES)


def email(text: str) -> str:
    """An address in normal form (domain lower-cased). Raises ValueProblem. No network look-up is made."""
    address = text.strip()
    if _is_plain(address):
        return address
    try:
        return validate_email(address, check_deliverability=False).normalized
    except EmailNotValidError:
        raise ValueProblem("not_an_email", f"“{text}” is not an e-mail address.") from None


def _is_plain(address: str) -> bool:
    """Whether an address is one of the many that are in normal form already, as the full check would find at length."""
    return (
        len(address) <= _PLAIN_LENGTH
        and _PLAIN_ADDRESS.fullmatch(address) is not None
        and address.rpartition(".")[2] not in _SPECIAL_ENDINGS
    )


def registration(text: str) -> str:
    """A registration mark: upper case, no separators. Raises ValueProblem."""
    mark = _SEPARATORS.sub("", text.upper())
    if _STATE_MARK.match(mark) or _BHARAT_MARK.match(mark):
        return mark
    raise ValueProblem("not_a_registration", f"“{text}” is not an Indian registration number.")


def gstin(text: str) -> str:
    """A goods and services tax identification number with a right check digit. Raises ValueProblem."""
    try:
        return str(stdnum_gstin.validate(text))
    except ValidationError:
        raise ValueProblem("not_a_gstin", f"“{text}” is not a valid GSTIN.") from None


def pan(text: str) -> str:
    """A permanent account number. Raises ValueProblem."""
    try:
        return str(stdnum_pan.validate(text))
    except ValidationError:
        raise ValueProblem("not_a_pan", f"“{text}” is not a valid PAN.") from None
