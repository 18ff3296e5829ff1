"""Tracking on one PostgreSQL: this library directly into the database and over REST, MLflow's Python client over its server.

    scripts/setup --test
    swift build -c release --package-path Benchmarks --product TrackingSpeed
    .venv-mlflow/bin/python Benchmarks/tracking/run.py Benchmarks/.build/release/TrackingSpeed [--runs N]

Starts a PostgreSQL (fsync on) and an MLflow server on it. Each contestant is measured within its own process, from the call to
its return: start of the program, imports and connecting are left out. What was stored is counted afterwards.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

parser = argparse.ArgumentParser()
parser.add_argument("program", type=pathlib.Path)
parser.add_argument("--runs", type=int, default=5)
parser.add_argument("--points", type=int, default=100_000)
parser.add_argument("--searched", type=int, default=20_000)
parser.add_argument("--only", help="one of: points, one-by-one, calls, search")
arguments = parser.parse_args()
root = pathlib.Path(__file__).resolve().parents[2]

MLFLOW = """
import json, os, sys, time, statistics
import mlflow
from mlflow.entities import Metric
what, uri, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
mlflow.set_tracking_uri(uri)
client = mlflow.MlflowClient(uri)
if what == "points":
    mlflow.set_experiment("speed")
    run = client.create_run(mlflow.get_experiment_by_name("speed").experiment_id).info.run_id
    metrics = [Metric(f"m{i % 10}", i / 7, 1_700_000_000_000, i // 10) for i in range(count)]
    start = time.perf_counter()
    for first in range(0, count, 1000):
        client.log_batch(run, metrics=metrics[first:first + 1000])
    seconds = time.perf_counter() - start
    client.set_terminated(run)
    assert len(client.get_metric_history(run, "m3")) == (count + 6) // 10
    print(json.dumps({"seconds": seconds}))
elif what == "one-by-one":
    mlflow.set_experiment("speed")
    with mlflow.start_run():
        start = time.perf_counter()
        for step in range(count): mlflow.log_metric("loss", 1 / (step + 1), step=step)
        print(json.dumps({"seconds": time.perf_counter() - start}))
        sys.stdout.flush()
        os._exit(0)
elif what == "calls":
    mlflow.set_experiment("speed")
    latencies = []
    with mlflow.start_run():
        for step in range(count):
            start = time.perf_counter()
            mlflow.log_metric("loss", 1 / (step + 1), step=step)
            latencies.append(time.perf_counter() - start)
            # A training loop computes something between its calls: here for a millisecond.
            end = time.perf_counter() + 0.001
            while time.perf_counter() < end: pass
    latencies.sort()
    print(json.dumps({"median": latencies[count // 2], "p99": latencies[min(count - 1, count * 99 // 100)]}))
else:
    experiment = mlflow.get_experiment_by_name(sys.argv[4]).experiment_id
    seconds = []
    for _ in range(count):
        start = time.perf_counter()
        found = mlflow.search_runs([experiment], filter_string="metrics.auc > 0.9 and params.depth = '5'",
                                   order_by=["metrics.auc DESC"], max_results=10)
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"seconds": statistics.median(seconds), "runs": list(found.run_id)}))
"""

FILL = """
import os, random, sys, uuid
import mlflow, psycopg
server, database, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
experiment = int(mlflow.MlflowClient(server).create_experiment("searched"))
numbers = random.Random(1)
runs = [uuid.UUID(int=numbers.getrandbits(128)).hex for _ in range(count)]
with psycopg.connect(database) as connection:
    def copy(table, columns, rows):
        with connection.cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for row in rows: copy.write_row(row)
    copy("runs", "run_uuid, name, source_type, user_id, status, start_time, end_time, lifecycle_stage, artifact_uri, experiment_id",
         ((run, f"run {i}", "LOCAL", "u", "FINISHED", 1_700_000_000_000 + i, 1_700_000_001_000 + i, "active", f"mlflow-artifacts:/{run}", experiment)
          for i, run in enumerate(runs)))
    copy("tags", "key, value, run_uuid",
         ((key, value, run) for i, run in enumerate(runs) for key, value in [("mlflow.runName", f"run {i}"), ("mlflow.user", "u"), ("model_path", "x")]))
    copy("params", "key, value, run_uuid",
         ((key, str(numbers.randrange(10)), run) for run in runs for key in ["depth", "rounds", "rate", "leaves", "seed"]))
    metrics = [(key, numbers.random(), 1_700_000_000_000, 0, False, run) for run in runs for key in ["auc", "loss", "precision", "recall", "f1"]]
    for table in ["metrics", "latest_metrics"]:
        copy(table, "key, value, timestamp, step, is_nan, run_uuid", metrics)
with psycopg.connect(database, autocommit=True) as connection: connection.execute("VACUUM ANALYZE")
"""


INDEX = """
import psycopg, sys
with psycopg.connect(sys.argv[1], autocommit=True) as connection:
    connection.execute("CREATE INDEX antifraud_latest_metrics_key_value ON latest_metrics (key, value)")
    connection.execute("ANALYZE latest_metrics")
"""


def environment(folder):
    return dict(line.split("=", 1) for line in (folder / "environment").read_text().splitlines())


def run(command):
    process = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if process.returncode != 0:
        sys.exit(f"{command[0]} failed: {process.stderr[-2000:]}")
    # MLflow prints other lines before.
    return json.loads(process.stdout.strip().splitlines()[-1])


def mlflow(what, *words):
    return run([sys.executable, "-c", MLFLOW, what, *words])


def compare(title, contestants, key, unit=1.0, digits=2, name="s"):
    """Runs all alternately; prints medians, and how many times faster than MLflow each one is."""
    measured = {label: [] for label in contestants}
    for _ in range(arguments.runs):
        for label, work in contestants.items():
            measured[label].append(work()[key])
    medians = {label: statistics.median(values) for label, values in measured.items()}
    peer = medians["mlflow"]
    print(title)
    for label, values in measured.items():
        print(f"  {label:28} {medians[label] * unit:10.{digits}f} {name}   "
              f"({min(values) * unit:.{digits}f} to {max(values) * unit:.{digits}f})   x {peer / medians[label]:.1f}", flush=True)


with tempfile.TemporaryDirectory() as work:
    work = pathlib.Path(work)
    scripts = root / "scripts/servers"
    me = ["--while", str(os.getpid())]
    subprocess.run([scripts / "postgresql", "start", work / "pg", *me], check=True, stdout=subprocess.DEVNULL)
    database = environment(work / "pg")["ANTIFRAUD_TEST_POSTGRESQL_URI"]
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ["ANTIFRAUD_MLFLOW_PYTHON"] = sys.executable
    try:
        subprocess.run([scripts / "mlflow", "start", work / "mlflow", *me, "--backend-store-uri",
                        database.replace("postgresql:", "postgresql+psycopg:")], check=True, stdout=subprocess.DEVNULL)
        server = environment(work / "mlflow")["ANTIFRAUD_TEST_MLFLOW_URI"]
        program = arguments.program.resolve()
        if arguments.only in (None, "points"):
            compare(f"{arguments.points} metric points of one run, durable", {
                "antifraud, PostgreSQL": lambda: run([program, "points", database, arguments.points]),
                "antifraud, REST": lambda: run([program, "points", server, arguments.points]),
                "mlflow": lambda: mlflow("points", server, arguments.points),
            }, "seconds")
        journals = iter(range(1000))
        if arguments.only in (None, "one-by-one"):
            compare("1000 values, one call each, until all are stored", {
                "antifraud, PostgreSQL": lambda: run([program, "one-by-one", database, 1000, work / f"j{next(journals)}"]),
                "antifraud, REST": lambda: run([program, "one-by-one", server, 1000, work / f"j{next(journals)}"]),
                "mlflow": lambda: mlflow("one-by-one", server, 1000),
            }, "seconds")
        if arguments.only in (None, "calls"):
            for key in ["p99", "median"]:
                compare(f"one log call, {key}", {
                    "antifraud, journal": lambda: run([program, "calls", server, 2000, work / f"j{next(journals)}"]),
                    "mlflow": lambda: mlflow("calls", server, 300),
                }, key, unit=1e6, digits=1, name="us")
        if arguments.only in (None, "search"):
            subprocess.run([sys.executable, "-c", FILL, server, database, str(arguments.searched)], check=True)
            ours = run([program, "search", database, "searched", 3])["runs"]
            theirs = mlflow("search", server, 3, "searched")["runs"]
            if ours != theirs or len(ours) != 10:
                sys.exit(f"the results differ: {ours} and {theirs}")
            search = lambda: run([program, "search", database, "searched", 15])
            compare(f"the ten best of {arguments.searched} runs, in a database of MLflow's", {
                "antifraud, PostgreSQL": search,
                "antifraud, REST": lambda: run([program, "search", server, "searched", 15]),
                "mlflow": lambda: mlflow("search", server, 15, "searched"),
            }, "seconds", unit=1e3, name="ms")
            # The index that this library creates in its own databases.
            subprocess.run([sys.executable, "-c", INDEX, database], check=True)
            compare("the same with this library's index", {
                "antifraud, PostgreSQL": search,
                "mlflow": lambda: mlflow("search", server, 15, "searched"),
            }, "seconds", unit=1e3, name="ms")
    finally:
        for name in ["mlflow", "pg"]:
            if (work / name).exists():
                script = "postgresql" if name == "pg" else name
                subprocess.run([scripts / script, "kill", work / name], stdout=subprocess.DEVNULL)
