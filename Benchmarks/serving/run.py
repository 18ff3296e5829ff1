#!/usr/bin/env python3
"""POST /predict: serve-model and FastAPI + onnxruntime with the same trees, on the same machine, alternately.

usage: run.py BINARIES [--rounds N] [--seconds S]

BINARIES is the folder of the built executables (.build/release). Needs wrk (Debian) and the Python packages of
scripts/requirements-benchmarks.txt. Prints requests a second, latencies, memory, and the ratio of medians."""
import argparse, json, os, re, socket, statistics, subprocess, sys, tempfile, time, urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
BODY = b'{"transaction_id": 7, "tx_datetime": "2019-08-22 00:00:31", "customer_id": 596, "terminal_id": 3156, "tx_amount": 57.16, "tx_time_seconds": 31, "tx_time_days": 0}'


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def to_onnx(model, path):
    import lightgbm, onnxmltools
    from onnxmltools.convert.common.data_types import FloatTensorType
    booster = lightgbm.Booster(model_file=os.path.join(model, "trees.txt"))
    converted = onnxmltools.convert_lightgbm(
        booster, initial_types=[("input", FloatTensorType([None, booster.num_feature()]))], zipmap=False)
    onnxmltools.utils.save_model(converted, path)


def wait(port):
    for _ in range(600):
        try:
            request = urllib.request.Request(f"http://127.0.0.1:{port}/predict", BODY, {"Content-Type": "application/json"})
            return float(urllib.request.urlopen(request, timeout=1).read())
        except OSError:
            time.sleep(0.05)
    sys.exit(f"nothing responds on port {port}")


def load(port, seconds):
    text = subprocess.run(
        ["wrk", "-t1", "-c32", f"-d{seconds}s", "--latency", "-s", f"{HERE}/post.lua", f"http://127.0.0.1:{port}/predict"],
        capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in text:
        sys.exit(text)
    latency = {q: re.search(rf"^\s+{q}%\s+(\S+)", text, re.M)[1] for q in (50, 99)}
    return float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]), latency


def memory(pid):
    return int(re.search(r"VmHWM:\s+(\d+)", open(f"/proc/{pid}/status").read())[1]) // 1024


arguments = argparse.ArgumentParser()
arguments.add_argument("binaries")
arguments.add_argument("--rounds", type=int, default=3)
arguments.add_argument("--seconds", type=int, default=5)
options = arguments.parse_args()
work = tempfile.mkdtemp()
tool = lambda name: os.path.join(options.binaries, name)
subprocess.run([tool("simulate-transactions"), "--output", f"{work}/t.parquet", "--format", "parquet", "--transactions", "300000", "-q"], check=True, stdout=subprocess.DEVNULL)
subprocess.run([tool("train-model"), "--data", f"{work}/t.parquet", "--output", f"{work}/model", "--features", "basic", "-q"], check=True, stdout=subprocess.DEVNULL)
trees = next(os.path.join(folder, "trees.txt") for folder, _, files in os.walk(f"{work}/model") if "trees.txt" in files)
to_onnx(os.path.dirname(trees), f"{work}/model.onnx")
ports = {"ours": free_port(), "FastAPI + onnxruntime": free_port()}
processes = {
    "ours": subprocess.Popen([tool("serve-model"), "--model", f"{work}/model", "--port", str(ports["ours"]), "-q"]),
    "FastAPI + onnxruntime": subprocess.Popen([sys.executable, f"{HERE}/peer.py", f"{work}/model.onnx", str(ports["FastAPI + onnxruntime"])]),
}
try:
    responses = {name: wait(port) for name, port in ports.items()}
    assert abs(responses["ours"] - responses["FastAPI + onnxruntime"]) < 1e-6, responses
    rates = {name: [] for name in ports}
    for _ in range(options.rounds):
        for name, port in ports.items():
            rate, latency = load(port, options.seconds)
            rates[name].append(rate)
            print(f"{name:24} {rate:9.0f} requests/s  p50 {latency[50]}  p99 {latency[99]}  peak {memory(processes[name].pid)} MB")
    medians = {name: statistics.median(values) for name, values in rates.items()}
    print(json.dumps({"medians": medians, "ratio": medians["ours"] / medians["FastAPI + onnxruntime"]}))
finally:
    for process in processes.values():
        process.terminate()
        process.wait()
