"""Identifiers of Indian law and trade, checked by their own rules and check digits."""

from __future__ import annotations

import re
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email
from stdnum.exceptions import ValidationError
from stdnum.in_ import gstin as stdnum_gstin, pan as stdnum_pan

from nxcrm_desktop.domain.problems import ValueProblem

# Central Motor Vehicles Rules 1989, rule 50: state, district, series, number; and the BH series (G.S.R. 594(E), 2021).
_STATE_MARK = re.compile(r"^[A-Z]{2}\d{1,2}[A-Z]{0,3}\d{1,4}$")
_BHARAT_MARK = re.compile(r"^\d{2}BH\d{4}[A-Z]{1,2}$")
_SEPARATORS = re.compile(r"[\s\-./]+")


@lru_cache(maxsize=8_192)  # costly, and an import reads each address and checks it again before it is written
def email(text: str) -> str:
    """An address in normal form (domain lower-cased). Raises ValueProblem. No network look-up is made."""
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized
    except EmailNotValidError:
        raise ValueProblem("not_an_email", f"“{text}” is not an e-mail address.") from None


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
