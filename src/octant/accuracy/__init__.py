"""Accuracy: the network run as the hardware would run it, and right answers counted.

``runnable`` (an ONNX model with its weights), ``recipe`` (what is done to it), ``ranges``
(calibration), ``rewrite`` (the pass), ``execution`` (ONNX Runtime), ``metrics`` (right answers),
``measurement`` (all of it in order). Heavy libraries load when a network is run.
"""

from __future__ import annotations
