"""SRD-1, the draw anyone can verify: commitment, reveal, verification, substitution, estimation. Pure, exact, no clock.

The public names are those imported here; spec statistics.md part 2.
"""

from hengjian.engines.draws.canonical import canon, hash_of, read_json, sha256_hex
from hengjian.engines.draws.entropy import drand_randomness, drand_source, entropy_string, read_entropy
from hengjian.engines.draws.inclusion import capped_pps, true_pareto_inclusion
from hengjian.engines.draws.matching import Infeasible
from hengjian.engines.draws.plan import OPEN_SALT, OPEN_SALT_SHA256, read_plan
from hengjian.engines.draws.protocol import (
    BUNDLE_FILES,
    DrawResult,
    InfeasibleDraw,
    check_feasible,
    commitment,
    committed_files,
    reveal,
    unstaffable_units,
)
from hengjian.engines.draws.quotas import largest_remainder
from hengjian.engines.draws.roster import Unit, parse_roster, write_roster
from hengjian.engines.draws.substitution import next_inspector, next_substitute, reserve_order, strata_to_review
from hengjian.engines.draws.tickets import Selection, seed_of, select
from hengjian.engines.draws.verifying import Difference, verify

__all__ = [
    "BUNDLE_FILES",
    "OPEN_SALT",
    "OPEN_SALT_SHA256",
    "Difference",
    "DrawResult",
    "Infeasible",
    "InfeasibleDraw",
    "Selection",
    "Unit",
    "canon",
    "capped_pps",
    "check_feasible",
    "commitment",
    "committed_files",
    "drand_randomness",
    "drand_source",
    "entropy_string",
    "hash_of",
    "largest_remainder",
    "next_inspector",
    "next_substitute",
    "parse_roster",
    "read_entropy",
    "read_json",
    "read_plan",
    "reserve_order",
    "reveal",
    "seed_of",
    "select",
    "sha256_hex",
    "strata_to_review",
    "true_pareto_inclusion",
    "unstaffable_units",
    "verify",
    "write_roster",
]
