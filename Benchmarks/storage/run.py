"""Copies to and from an S3 server, with copy-data, boto3's transfer manager and rclone alternately.

    scripts/setup --test
    swift build -c release
    .venv/bin/python Benchmarks/storage/run.py .build/release [--runs N] [--gigabytes G]

One SeaweedFS on this machine serves all. Each contestant is a separate process: seconds are wall-clock time from start to
end, megabytes its peak memory. Copied data are checked once for each contestant, outside the measured time.
"""
import argparse
import filecmp
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

parser = argparse.ArgumentParser()
parser.add_argument("binaries", type=pathlib.Path)
parser.add_argument("--runs", type=int, default=5)
parser.add_argument("--gigabytes", type=float, default=1)
parser.add_argument("--objects", type=int, default=2_000)
parser.add_argument("--only", help="one of: up, down, up-many, down-many")
arguments = parser.parse_args()

root = pathlib.Path(__file__).resolve().parents[2]
servers = root / "scripts/servers/seaweedfs"

BOTO = """
import pathlib, sys
from concurrent.futures import ThreadPoolExecutor
import boto3, botocore.config
direction, local, prefix = sys.argv[1:]
client = boto3.client("s3", config=botocore.config.Config(max_pool_connections=64))
local = pathlib.Path(local)
if direction == "up":
    files = [local] if local.is_file() else sorted(p for p in local.rglob("*") if p.is_file())
    base = local.parent if local.is_file() else local
    def one(path): client.upload_file(str(path), "bench", f"{prefix}/{path.relative_to(base)}")
    work = files
else:
    local.mkdir(parents=True, exist_ok=True)
    work = [o["Key"] for page in client.get_paginator("list_objects_v2").paginate(Bucket="bench", Prefix=prefix + "/")
            for o in page.get("Contents", [])]
    def one(key):
        path = local / key[len(prefix) + 1:]
        path.parent.mkdir(parents=True, exist_ok=True)
        client.download_file("bench", key, str(path))
if len(work) == 1: one(work[0])
else:
    with ThreadPoolExecutor(32) as pool: list(pool.map(one, work))
"""


def administer(source, *words):
    """Runs boto3 in another process: a child's peak memory counts what its parent held when it was started."""
    subprocess.run([sys.executable, "-c", "import boto3, sys\n" + source, *words], check=True)


def run(command, environment):
    """Wall seconds and peak megabytes of a process."""
    start = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status != 0:
        sys.exit(f"{command[0]} failed: {errors.decode()[-2000:]}")
    return seconds, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime


def contestants(direction, local, prefix, is_single):
    """The command of each contestant for the same copy; `local` is a file for single uploads, a folder otherwise."""
    remote, clone = f"s3://bench/{prefix}/", f"bench:bench/{prefix}"
    source, target = (str(local), remote) if direction == "up" else (remote, str(local) + "/")
    from_clone, to_clone = (str(local), clone) if direction == "up" else (clone, str(local))
    tuned = ["--s3-upload-concurrency", "8", "--multi-thread-streams", "4", "--multi-thread-cutoff", "64M"] \
        if is_single else ["--transfers", "32", "--checkers", "32"]
    return {
        "copy-data": [str(arguments.binaries / "copy-data"), "--quiet", source, target],
        "boto3": [sys.executable, "-c", BOTO, direction, str(local), prefix],
        "rclone": ["rclone", "copy", from_clone, to_clone],
        "rclone, tuned": ["rclone", "copy", *tuned, from_clone, to_clone],
    }


def same(left, right):
    """Whether two files, or all files of two folders, have the same content."""
    if left.is_file():
        return filecmp.cmp(left, right / left.name, shallow=False)
    names = sorted(p.relative_to(left) for p in left.rglob("*") if p.is_file())
    return names == sorted(p.relative_to(right) for p in right.rglob("*") if p.is_file()) and all(
        filecmp.cmp(left / n, right / n, shallow=False) for n in names)


def measure(title, direction, data, is_single, environment, folder):
    results = {}
    for turn in range(arguments.runs + 1):
        for name in contestants(direction, data, "x", is_single):
            slug = name.replace(", ", "-")
            prefix = f"up-{data.name}-{slug}" if direction == "up" else f"source-{data.name}"
            local = data if direction == "up" else folder / "received"
            if direction == "up":
                administer("boto3.resource('s3').Bucket('bench').objects.filter(Prefix=sys.argv[1]).delete()", prefix + "/")
            shutil.rmtree(folder / "received", ignore_errors=True)
            os.sync()
            measured = run(contestants(direction, local, prefix, is_single)[name], environment)
            if turn == 0:
                # Warm-up, and a check that all copied everything.
                if direction == "up":
                    run([str(arguments.binaries / "copy-data"), "--quiet", f"s3://bench/{prefix}/",
                         str(folder / "received") + "/"], environment)
                if not same(data, folder / "received"):
                    sys.exit(f"{name} did not copy {data} correctly")
            else:
                results.setdefault(name, []).append(measured)
    print(f"\n{title}")
    ours = statistics.median(s for s, _, _ in results["copy-data"])
    for name, measurements in results.items():
        seconds = statistics.median(s for s, _, _ in measurements)
        cpu = statistics.median(c for _, _, c in measurements)
        all_seconds = " ".join(f"{s:.2f}" for s, _, _ in measurements)
        print(f"  {name:15} median {seconds:7.2f} s   {seconds / ours:5.2f} x ours   "
              f"{max(m for _, m, _ in measurements):6.0f} MB   {cpu:6.2f} s of CPU   ({all_seconds})", flush=True)


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    subprocess.run([servers, "start", folder / "server"], check=True, stdout=subprocess.DEVNULL)
    try:
        settings = dict(line.removeprefix("export ").split("=", 1)
                        for line in (folder / "server/environment").read_text().splitlines() if "=" in line)
        endpoint = settings["ANTIFRAUD_TEST_S3_ENDPOINT"]
        key, secret = settings["ANTIFRAUD_TEST_S3_KEY"], settings["ANTIFRAUD_TEST_S3_SECRET"]
        os.environ.update(AWS_ACCESS_KEY_ID=key, AWS_SECRET_ACCESS_KEY=secret, AWS_REGION="us-east-1",
                          AWS_DEFAULT_REGION="us-east-1", AWS_ENDPOINT_URL=endpoint)
        environment = dict(
            os.environ, RCLONE_CONFIG=str(folder / "rclone.conf"), RCLONE_CONFIG_BENCH_TYPE="s3",
            RCLONE_CONFIG_BENCH_PROVIDER="Other", RCLONE_CONFIG_BENCH_ENDPOINT=endpoint,
            RCLONE_CONFIG_BENCH_ACCESS_KEY_ID=key, RCLONE_CONFIG_BENCH_SECRET_ACCESS_KEY=secret,
            RCLONE_CONFIG_BENCH_REGION="us-east-1", RCLONE_S3_NO_CHECK_BUCKET="true")
        # rclone does not take certificates this way, and there is no TLS here.
        environment.pop("AWS_CA_BUNDLE", None)
        (folder / "rclone.conf").touch()
        administer("boto3.client('s3').create_bucket(Bucket='bench')")

        large = folder / "large.bin"
        with open(large, "wb") as file:
            for _ in range(int(arguments.gigabytes * 64)):
                file.write(os.urandom(1 << 24))
        many = folder / "many"
        for index in range(arguments.objects):
            path = many / f"{index % 20:02}" / f"{index:05}.bin"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(os.urandom(50_000))
        upload = str(arguments.binaries / "copy-data")
        run([upload, "--quiet", str(large), "s3://bench/source-large.bin/"], environment)
        run([upload, "--quiet", str(many), "s3://bench/source-many/"], environment)
        size = large.stat().st_size / 1e9
        jobs = {
            "up": (f"{size:.2f} GB up", "up", large, True), "down": (f"{size:.2f} GB down", "down", large, True),
            "up-many": (f"{arguments.objects} objects of 50 kB up", "up", many, False),
            "down-many": (f"{arguments.objects} objects of 50 kB down", "down", many, False),
        }
        for job, (title, direction, data, is_single) in jobs.items():
            if arguments.only in (None, job):
                measure(title, direction, data, is_single, environment, folder)
    finally:
        subprocess.run([servers, "stop", folder / "server"], check=False)
