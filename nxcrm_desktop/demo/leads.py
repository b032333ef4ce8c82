"""Invented leads of a used-car dealer: the same for the same number, whoever makes them."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from faker import Faker

from nxcrm_desktop.domain.money import group_indian
from nxcrm_desktop.domain.stages import DEFAULT_STAGES

HEADERS = (
    "Name", "Phone", "E-mail", "City", "PIN code", "Source", "Stage", "Rating", "Interested in", "Budget", "Enquired",
    "Next step", "Next step due", "Remarks", "Tags",
)  # fmt: skip
_CARS = (
    "Maruti Swift VXI 2019", "Maruti Wagon R LXI 2017", "Maruti Baleno Zeta 2020", "Hyundai i20 Sportz 2018",
    "Hyundai Creta SX 2019", "Honda City VX 2016", "Tata Nexon XZ+ 2021", "Tata Tiago XT 2020", "Toyota Innova GX 2015",
    "Mahindra XUV500 W8 2018", "Kia Seltos HTK 2020", "Ford EcoSport Titanium 2017", "Renault Kwid RXT 2019",
    "Volkswagen Polo Highline 2016", "Skoda Rapid Style 2018",
)  # fmt: skip
_CITIES = (
    ("Pune", "411"), ("Mumbai", "400"), ("Nashik", "422"), ("Nagpur", "440"), ("Thane", "400"), ("Kolhapur", "416"),
)  # fmt: skip
_SOURCES = ("Walk-in", "Website", "Referral", "OLX", "Phone call", "Camp", "Repeat customer")
_STEPS = ("Call back", "Send photos", "Arrange a test drive", "Share loan offer", "Collect RC copy", "Confirm booking")
_REMARKS = (
    "Wants to exchange an old hatchback.", "Needs a loan for most of the price.", "Asked for the service history.",
    "Prefers automatic, mostly city driving.", "Family of five, looking for boot space.", "Will come on Sunday.", "",
)  # fmt: skip
_HINDI_NAMES = (
    "राजेश पाटील", "सुनीता देशमुख", "अमित कुलकर्णी", "प्रिया जोशी", "विकास शर्मा", "नेहा गुप्ता", "संजय यादव", "कविता सिंह",
)  # fmt: skip
_WEIGHTS = (18, 14, 16, 14, 10, 8, 5, 8, 5, 2)


def write_leads(path: Path, count: int, *, seed: str, today: date) -> None:
    """Write ``count`` leads to a CSV file in the words of the program's own labels."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        writer.writerows(_leads(count, seed, today))


def _leads(count: int, seed: str, today: date) -> Iterator[tuple[str, ...]]:
    chance = random.Random(seed)
    names = Faker("en_IN")
    names.seed_instance(seed)
    phones = chance.sample(range(10**8), count)
    for number in range(count):
        yield _lead(chance, names, f"9{chance.choice('0123456789')}{phones[number]:08d}", today)


def _lead(chance: random.Random, names: Faker, phone: str, today: date) -> tuple[str, ...]:
    city, pin = chance.choice(_CITIES)
    first, last = names.first_name(), names.last_name()
    name = chance.choice(_HINDI_NAMES) if chance.random() < 0.08 else f"{first} {last}"
    stage = chance.choices(DEFAULT_STAGES, _WEIGHTS)[0]
    enquired = today - timedelta(days=int(chance.expovariate(1 / 25)) % 200)
    is_open = stage.outcome == "open"
    due = today + timedelta(days=chance.randint(-4, 9)) if is_open and chance.random() < 0.7 else None
    email = f"{first}.{last}{phone[-3:]}@example.com".lower() if name.isascii() and chance.random() < 0.6 else ""
    return (
        name, phone, email, city, f"{pin}{chance.randint(1, 99):03d}", chance.choice(_SOURCES), stage.key,
        chance.choice(("Hot", "Warm", "Warm", "Cold")) if is_open else "", chance.choice(_CARS),
        group_indian(str(chance.randrange(15, 190) * 10_000)), f"{enquired:%d-%m-%Y} {chance.randint(9, 19):02d}:30",
        chance.choice(_STEPS) if due else "", f"{due:%d-%m-%Y} {chance.randint(9, 18):02d}:00" if due else "",
        chance.choice(_REMARKS), "exchange" if chance.random() < 0.15 else "",
    )  # fmt: skip
