"""The first TPU against its counters: Jouppi et al., ISCA 2017, Tables 1 and 3.

The limits are recorded residuals, not targets: a residual that grows beyond its limit fails.
"""

from __future__ import annotations

import pytest

from tests.published.tpu_page import APPLICATIONS, PERCEPTRONS, evaluation, roof_tops

# Modelled over published, less one.
UTILIZATION = {"MLP0": 0.186, "MLP1": 0.325}


@pytest.mark.parametrize("name", PERCEPTRONS)
def test_fully_connected_layers_wait_for_their_weights(name: str) -> None:
    network = PERCEPTRONS[name]
    assert evaluation(name).limited_by == "weight_memory read"
    assert evaluation(name).utilization == pytest.approx(network.batch / 1350, rel=0.002)
    assert 0 <= evaluation(name).utilization / network.useful - 1 <= UTILIZATION[name]


@pytest.mark.parametrize("name", PERCEPTRONS)
def test_the_published_shares_are_of_one_whole(name: str) -> None:
    network = PERCEPTRONS[name]
    assert network.useful + network.waiting + network.shifting + network.other == pytest.approx(
        1, abs=0.02
    )


# The roof over what is published, less one: recorded.
ROOFS = {"MLP0": 0.106, "MLP1": 0.178, "LSTM0": 0.177, "LSTM1": 1.332, "CNN0": 0.07, "CNN1": 5.53}


@pytest.mark.parametrize("name", APPLICATIONS)
def test_no_application_is_above_its_roof(name: str) -> None:
    assert 0 <= roof_tops(name) / APPLICATIONS[name].tops - 1 <= ROOFS[name]
