"""Measure a lecture's claims: run its notebook once per seed and write the values to the ledger.

The notebook itself is what is measured, so the ledger cannot say what the lecture does not do.
Bands are written by people; this only fills ``measured`` and says which bands do not hold.
"""

import json
import os
import platform
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from course.claims.ledger import FOLDER, band, describe
from course.lectures import execute


def run_once(notebook, seed):
    """Run a notebook with one seed.

    Args:
        notebook: path of a lecture.
        seed: integer ≥ 0.

    Returns:
        (dict ``key → value`` of every ``claims.check`` it made, minutes of wall clock).
    """
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "claims.jsonl"
        start = time.perf_counter()
        execute(notebook, COURSE_CLAIMS_RECORD=str(record), COURSE_SEED=str(seed))
        minutes = (time.perf_counter() - start) / 60
        lines = [json.loads(line) for line in record.read_text().splitlines()]
    return {line["key"]: line["value"] for line in lines}, minutes


def measure(notebook, seeds):
    """Run a lecture for every seed, update its ledger file and return the keys out of band."""
    path = FOLDER / f"{notebook.stem}.json"
    runs, minutes = [], []
    for seed in seeds:
        values, took = run_once(notebook, seed)
        runs.append(values)
        minutes.append(took)
        print(f"{notebook.stem} seed {seed}: {took:.1f} min", file=sys.stderr)
    claims = json.loads(path.read_text(encoding="utf-8"))
    conditions = {"seeds": list(seeds), "machine": machine(), "software": software()}
    outside = []
    for key, claim in claims.items():
        if key.endswith("/minutes"):
            claim["measured"] = conditions | {"values": [round(m, 2) for m in minutes]}
        elif "band" in claim:
            values = [run[key] for run in runs]
            claim["measured"] = conditions | {"values": [float(f"{v:.5g}") for v in values]}
            low, high = band(claim)
            if not low <= min(values) <= max(values) <= high:
                outside.append(f"{key} {describe(low, high)}: {claim['measured']['values']}")
    path.write_text(json.dumps(claims, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return outside


def machine():
    """Describe this machine in a few words, without its name."""
    from course import runtime

    devices = runtime.gpus()
    return f"{os.cpu_count()} CPU cores, {platform.machine()}, {len(devices)} GPUs"


def software():
    """Name the versions that a measured number depends on."""
    import keras

    names = [keras.config.backend(), "keras", "numpy"]
    return ", ".join([f"Python {platform.python_version()}"] + [f"{n} {version(n)}" for n in names])
