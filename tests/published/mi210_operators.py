"""Matrix products on the MI210 as published: FP16, measured by the authors of LLMCompass.

The artifact of Figure 5, as for the A100. Compute units, peak and memory (4096 b at 3.2 Gb/s) are
of AnandTech 17326, 2022.
"""

from __future__ import annotations

from octant.model.gpu import GraphicsProcessor

MI210 = GraphicsProcessor("AMD Instinct MI210", 104, 181e12, 4096 * 3.2e9)

#: Sizes m, k, n to milliseconds.
MATRIX_PRODUCTS_MS: dict[tuple[int, int, int], float] = {
    (32, 12288, 12288): 0.5493,
    (64, 12288, 12288): 0.5584,
    (128, 12288, 12288): 0.5932,
    (256, 12288, 12288): 0.7699,
    (512, 12288, 12288): 1.4054,
    (1024, 12288, 12288): 2.7173,
    (2048, 12288, 12288): 5.3905,
    (4096, 12288, 12288): 10.4494,
    (8192, 12288, 12288): 20.7849,
    (16384, 12288, 12288): 41.1353,
    (32768, 12288, 12288): 81.4046,
    (8192, 32, 32): 0.0333,
    (8192, 64, 64): 0.0345,
    (8192, 128, 128): 0.0396,
    (8192, 256, 256): 0.0485,
    (8192, 512, 512): 0.0863,
    (8192, 1024, 1024): 0.195,
    (8192, 2048, 2048): 0.5822,
    (8192, 4096, 4096): 2.2901,
    (8192, 8192, 8192): 9.415,
    (8192, 16384, 16384): 36.7552,
    (8192, 32768, 32768): 146.2553,
}
