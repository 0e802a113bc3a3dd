"""The audit of a claim: what is missing, what contradicts itself, how complete it is."""

from octant.scorecard.audit.auditing import audit
from octant.scorecard.audit.findings import Audit, Completeness, Finding, Severity, Unchecked

__all__ = ["Audit", "Completeness", "Finding", "Severity", "Unchecked", "audit"]
