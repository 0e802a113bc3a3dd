"""Other tools' component models behind the contract of an estimator; each is optional."""

from octant.components.adapters.accelergy import LegacyEstimator
from octant.components.adapters.hwcomponents import HwComponent

__all__ = ["HwComponent", "LegacyEstimator"]
