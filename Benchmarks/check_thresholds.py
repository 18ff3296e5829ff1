#!/usr/bin/env python3
"""Runs the benchmarks of thresholds.json; ends with 1 when a ratio is below its minimum there.

    swift build -c release
    swift build -c release --package-path Benchmarks
    .venv/bin/python Benchmarks/check_thresholds.py Benchmarks/.build/release --programs .build/release

A threshold is the smallest allowed ratio of the peer's time to ours, in the same run on the same machine: about six tenths
of what README.md states, so that a slow machine does not fail and a regression does. `{raw}` among the arguments stands for a
folder of simulated raw files.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
LINE = re.compile(r"^  (?P<name>\S.*?) +median +[\d.]+ s +(?P<ratio>[\d.]+) x ours ", re.M)


def ratios(text):
    """`  LightGBM   median  0.390 s   11.60 x ours   (...)` as {"LightGBM": 11.6}."""
    return {match["name"]: float(match["ratio"]) for match in LINE.finditer(text)}


def check(entry, found):
    """One line a peer, and whether all are at their thresholds or above."""
    lines, good = [], True
    for peer, least in entry["ratios"].items():
        if peer not in found:
            lines.append(f"FAIL  {entry['benchmark']}: {peer} was not measured")
            good = False
            continue
        is_ahead = found[peer] >= least
        good = good and is_ahead
        word = "ok  " if is_ahead else "FAIL"
        lines.append(f"{word}  {entry['benchmark']}: {peer} takes {found[peer]:.2f} x as long, at least {least:.2f}")
    return lines, good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("benchmarks", help="the folder of the built benchmarks")
    parser.add_argument("--programs", default=".build/release", help="the folder of the built programs")
    parser.add_argument("--thresholds", default=os.path.join(HERE, "thresholds.json"))
    parser.add_argument("--report", help="a JSON file to write all ratios to")
    options = parser.parse_args()
    with open(options.thresholds) as file:
        entries = json.load(file)
    environment = dict(os.environ, ANTIFRAUD_PYTHON=os.environ.get("ANTIFRAUD_PYTHON", sys.executable))
    results, failed = {}, False
    with tempfile.TemporaryDirectory() as folder:
        raw = os.path.join(folder, "raw")
        if any("{raw}" in entry["arguments"] for entry in entries):
            subprocess.run(
                [os.path.join(options.programs, "simulate-transactions"), "--output", raw, "--transactions", "5000000",
                 "--quiet"], check=True)
        for entry in entries:
            command = [os.path.join(options.benchmarks, entry["benchmark"])]
            command += [argument.replace("{raw}", raw) for argument in entry["arguments"]]
            done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True)
            print(done.stdout, flush=True)
            if done.returncode != 0:
                print(f"FAIL  {entry['benchmark']} ended with {done.returncode}", flush=True)
                failed = True
                continue
            results[entry["benchmark"]] = found = ratios(done.stdout)
            lines, good = check(entry, found)
            print("\n".join(lines), flush=True)
            failed = failed or not good
    if options.report:
        with open(options.report, "w") as file:
            json.dump(results, file, indent=2, sort_keys=True)
            file.write("\n")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
