"""Seconds, memory and size of the generator.

    .venv/bin/python benchmarks/citylab.py [--sizes 10000,100000,1000000] [--runs 5]

Each run is a process of its own; printed are the median of the runs, the peak memory and the size of the folder.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def measure(reports: int, runs: int) -> tuple[float, float, float]:
    """Median seconds, size in MB, and the largest memory in MB of any run so far."""
    seconds = []
    size = 0.0
    for _ in range(runs):
        folder = Path(tempfile.mkdtemp(prefix="citylab-"))
        began = time.perf_counter()
        command = [
            sys.executable,
            "-m",
            "hengjian.project.cli",
            "citylab",
            str(folder / "out"),
            "--reports",
            str(reports),
        ]
        subprocess.run([*command, "--seed", "1", "--fraud-share", "0.05"], check=True, capture_output=True)
        seconds.append(time.perf_counter() - began)
        size = sum(path.stat().st_size for path in (folder / "out").iterdir()) / 1e6
        shutil.rmtree(folder)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e3
    return statistics.median(seconds), size, memory


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="10000,100000")
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    print("reports\tseconds (median)\tMB on disk\tpeak MB")
    for reports in sorted(int(text) for text in args.sizes.split(",")):
        seconds, size, memory = measure(reports, args.runs)
        print(f"{reports}\t{seconds:.1f}\t{size:.0f}\t{memory:.0f}")


if __name__ == "__main__":
    main()
