"""Quantities are read and printed with their units, and nothing else."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octant.errors import UnitError
from octant.units import count_text, dimensions, parse, text, unit_names


@pytest.mark.parametrize(
    ("quantity", "dimension", "value"),
    [
        ("16 b", "capacity", 16),
        ("16b", "capacity", 16),
        ("1 kB", "capacity", 8000),
        ("1 KiB", "capacity", 8192),
        ("24 MiB", "capacity", 24 * 2**23),
        ("4 bytes", "width", 32),
        ("200 MHz", "frequency", 200e6),
        ("65 nm", "length", 65e-9),
        ("12.25 mm^2", "area", 12.25e-6),
        ("12.25 mm2", "area", 12.25e-6),
        ("3 µm²", "area", 3e-12),
        ("2.6 pJ", "energy", 2.6e-12),
        ("3.9 pJ/b", "energy per bit", 3.9e-12),
        ("75 W", "power", 75),
        ("0.82 V", "voltage", 0.82),
        ("34 GB/s", "bandwidth", 272e9),
        ("34 Gb/s", "bandwidth", 34e9),
        ("30 GiB/s", "bandwidth", 30 * 2**33),
        ("64 b/cycle", "bandwidth per cycle", 64),
        ("256 B/cycle", "bandwidth per cycle", 2048),
        ("45 %", "share", 0.45),
        ("5 min", "time", 300),
        ("1e-3 s", "time", 1e-3),
        ("0 J", "energy", 0),
        ("33.6 GMAC/s", "operation rate", 67.2e9),
        ("92 TOPS", "operation rate", 92e12),
        ("83.1 GMAC/J", "efficiency", 166.2e9),
        ("400 TOPS/W", "efficiency", 400e12),
        ("0.24 TOPS/mm^2", "operation density", 0.24e18),
        ("665 MMAC", "operations", 1.33e9),
        ("34.7 frames/s", "inference rate", 34.7),
        ("2560.3 inferences/J", "inferences per energy", 2560.3),
    ],
)
def test_reads(quantity: str, dimension: str, value: float) -> None:
    assert parse(quantity, dimension) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("quantity", "dimension", "message"),
    [
        ("16", "capacity", "is '16'; a number needs a unit; units of capacity: b, B, KiB"),
        ("16 KB", "capacity", "'KB' is ambiguous: 1024 is Ki ('KiB'), 1000 is k ('kB')"),
        ("16 MHz", "capacity", "'MHz' is a unit of frequency; units of capacity"),
        ("5 ghz", "frequency", "did you mean 'GHz'?"),
        ("3 Joule", "energy", "'Joule' is no unit; units of energy: J, mJ"),
        ("-1 B", "capacity", "is '-1 B'; allowed for capacity: finite, 0 or more"),
        ("1e400 J", "energy", "is '1e400 J'; allowed for energy: finite"),
        ("nan J", "energy", "allowed is a number and a unit"),
        ("inf s", "time", "allowed is a number and a unit"),
        ("0x10 b", "capacity", "is no unit"),
        ("1_000 b", "capacity", "is no unit"),
        ("1,5 V", "voltage", "is no unit"),
        ("2 * 3 V", "voltage", "is no unit"),
        ("", "voltage", "allowed is a number and a unit"),
        ("٣ V", "voltage", "allowed is a number and a unit"),
    ],
)
def test_refuses(quantity: str, dimension: str, message: str) -> None:
    with pytest.raises(UnitError) as error:
        parse(quantity, dimension)
    assert message in str(error.value)


def test_zero_is_refused_where_it_makes_no_sense() -> None:
    assert parse("0 Hz", "frequency") == 0
    with pytest.raises(UnitError, match="above 0"):
        parse("0 Hz", "frequency", positive=True)
    with pytest.raises(UnitError, match="above 0"):
        parse("1e-400 Hz", "frequency", positive=True)


def test_an_unknown_dimension_has_near_misses() -> None:
    with pytest.raises(UnitError, match="did you mean 'energy'"):
        parse("3 J", "enrgy")


@pytest.mark.parametrize(
    ("value", "dimension", "printed"),
    [
        (108 * 8192, "capacity", "108 KiB"),
        (448 * 8, "capacity", "448 B"),
        (12, "capacity", "12 b"),
        (0, "capacity", "0 b"),
        (1048570 * 8, "capacity", "1 MiB"),
        (64, "width", "64 b"),
        (999.96e3, "frequency", "1 MHz"),
        (65e-9, "length", "65 nm"),
        (12.25e-6, "area", "12.25 mm^2"),
        (0.0205, "time", "20.5 ms"),
        (2e-30, "energy", "0.000000000002 aJ"),
        (19.2, "bandwidth per cycle", "19.2 b/cycle"),
        (-0.5, "voltage", "-500 mV"),
        (123456e12, "energy", "123500 TJ"),
        (999949, "time", "999900 s"),
        (999951, "time", "1e+06 s"),
        (1.2159999999999999194693632e25, "time", "1.216e+25 s"),
        (1234567, "capacity", "1235000 b"),
        (3e18, "energy", "3e+06 TJ"),
    ],
)
def test_prints(value: float, dimension: str, printed: str) -> None:
    assert text(value, dimension) == printed


@pytest.mark.parametrize("value", [math.inf, math.nan, -math.inf])
def test_does_not_print_what_is_no_quantity(value: float) -> None:
    with pytest.raises(UnitError):
        text(value, "energy")
    with pytest.raises(UnitError):
        count_text(value, "MAC")


def test_counts() -> None:
    assert count_text(0, "MAC") == "0 MAC"
    assert count_text(-1500, "MAC") == "-1.5 kMAC"
    assert count_text(0.25, "MAC/cycle") == "0.25 MAC/cycle"
    assert count_text(5e30, "MAC") == "5e+12 EMAC"


def test_every_dimension_reads_the_units_that_its_messages_offer() -> None:
    for dimension in dimensions():
        for unit in unit_names(dimension):
            assert parse(f"1 {unit}", dimension) > 0


@given(st.sampled_from(dimensions()), st.floats(1e-25, 1e25))
def test_what_is_printed_reads_back(dimension: str, value: float) -> None:
    printed = text(value, dimension)
    assert parse(printed, dimension) == pytest.approx(value, rel=5.1e-4)
    assert text(parse(printed, dimension), dimension).split()[0] == printed.split()[0] or (
        dimension == "capacity"
    )


@given(st.integers(0, 2**60))
def test_capacities_read_back(bits: int) -> None:
    assert parse(text(bits, "capacity"), "capacity") == pytest.approx(bits, rel=5.1e-4)


@given(st.text(max_size=12), st.sampled_from(dimensions()))
def test_any_text_is_read_or_refused(quantity: str, dimension: str) -> None:
    try:
        assert math.isfinite(parse(quantity, dimension))
    except UnitError as error:
        assert str(error)
