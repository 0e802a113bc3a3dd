"""The exact best combination of the layers' fronts: one mapping for every run of every layer.

Layers run one after the other, so energies add and latencies add: with the rest of the network
(e, l) and x[i, p] repeats of layer i on point p of its front,

    E = e + sum x[i, p] E[i, p],    L = l + sum x[i, p] L[i, p],    sum over p of x[i, p] = R[i].

**The hull.** The lower convex hull of all (E, L) is the sum of the layers' hulls: start with the
fastest points and take the edges of all layers in the order of their slopes. At its corners all
repeats of a layer take the same point.

**EDP and ED2P.** log E + k log L is concave, so on a segment E L^k is nowhere below both ends, and
it grows in E and in L. Every combination lies on the hull or above it, to the right or over it, so
none is better than the best corner: no search is needed. Energy and latency alone are best at the
hull's two ends.

**Under a limit** on the latency, the energy or the power, minimise a cost C within a weight W <= w:
(E, L), (L, E), or (L, E - P L) within 0. This is the multiple-choice knapsack, whose optimum may
lie above the hull. The search builds labels (C, W), one repeat after the other:

    labels[0] = {(0, 0)},    labels[n + 1] = best of {label + point : label in labels[n]}.

1. *Dominance.* The same points complete two labels of the same repeats, so a label is not needed
   beside another that is neither dearer nor heavier.
2. *Completion bound.* All that completes a label (C, W) costs at least C + hull(w - W), where hull
   is that of the repeats to come: the linear relaxation of the rest. A label stays only if that is
   below the best cost known. The same relaxation, with the last edge only taken by whole repeats,
   completes the label, and may be the new best.
3. *Reduced costs.* With the hull's slope -s at the limit, C + s W of all repeats is at least the
   sum of their smallest. A point that exceeds its layer's smallest by more than the gap between the
   best known and the relaxation is in no better combination, and at most gap / excess repeats of a
   layer leave its smallest. So almost all points, and almost all repeats, are decided at once.
4. *Width.* A pass keeps at most so many labels, those of the least bounds. The least bound of a
   dropped label bounds all that it stood for: when that is no better than the best found, the best
   is optimal. Else the next pass is wider, and starts from a better best and a smaller gap.

The idea of 1 to 3, a small core that is decided last, is Pisinger's, "A minimal algorithm for the
multiple-choice knapsack problem" (European Journal of Operational Research 83, 1995).

**Rounding.** Sums are those of integers, and exact: energies and latencies are rounded to a binary
grid each, of at most 2^-60 of the largest total. A combination that is better by less than one
part in 10^12 counts as equal, and so does a total above the limit by less. That holds while the
repeats of all layers, times the factor between the largest and the least total, stay below 10^6.
Integers, or multiples of any power of two, are exact while totals stay below 10^12 of them.
"""

from octant.mapper.combination.answer import Combination, CombinationResult, Taken
from octant.mapper.combination.best import best_combination, network_hull
from octant.mapper.combination.network import FrontLayer, NetworkFront
from octant.mapper.combination.question import LayerFront, Limit, Limited, Point

__all__ = [
    "Combination",
    "CombinationResult",
    "FrontLayer",
    "LayerFront",
    "Limit",
    "Limited",
    "NetworkFront",
    "Point",
    "Taken",
    "best_combination",
    "network_hull",
]
