"""Runs schemathesis (property-based testing of an API by its contract) against a real `lanyard serve`, on both listeners.

    run.py [--long]     LANYARD_BINARY names the program; LANYARD_SEED sets the seed, which is printed

Every answer of every operation of openapi.yaml, to requests that fit the contract and to requests that break it, has to be
one that the contract promises: status, media type, body, header fields; and none may be a malfunction. At the end the server
must still be there, ready, and must not have logged an error.
"""

import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = ROOT / "Tests" / "OpenAPI"
LONG = "--long" in sys.argv[1:]
LISTENERS = ("admin", "data")


def call(url, secret, path, body=None):
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url + path, data=data, headers=headers), timeout=30) as answer:
        return json.load(answer)


def start(folder):
    binary = os.environ.get("LANYARD_BINARY") or str(ROOT / ".build" / "debug" / "lanyard")
    arguments = [
        "serve", "--data", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--database", f"sqlite:{folder}/lanyard.sqlite",
        "--admin-key-file", f"{folder}/admin.key", "--ready-file", f"{folder}/ready.json", "--trusted-proxy", "127.0.0.0/8",
        # Requests with unknown keys are half of what is sent, and their budget is another test's matter.
        "--unknown-key-budget", "1000000", "--log-format", "json",
    ]
    server = subprocess.Popen([binary, *arguments], stdout=subprocess.DEVNULL, stderr=open(f"{folder}/log", "wb"))
    for _ in range(600):
        if (folder / "ready.json").exists():
            return server
        if server.poll() is not None:
            break
        time.sleep(0.1)
    sys.exit(f"lanyard serve did not start:\n{(folder / 'log').read_text()}")


def prepare(admin, secret):
    """Records that most operations need, under the names that openapi.yaml's examples use; and which must be left alone."""
    call(admin, secret, "/v1/projects", {"name": "payments", "prefix": "pay"})
    call(admin, secret, "/v1/plans", {"name": "free", "scopes": ["invoices:read"]})
    call(admin, secret, "/v1/accounts", {"name": "Acme Ltd", "external_id": "cus_1"})
    for dialect in ("none", "nginx", "caddy", "envoy"):
        call(admin, secret, "/v1/policies", {"name": dialect, "dialect": dialect})
    caller = call(admin, secret, "/v1/keys", {"name": "caller", "scopes": ["invoices:read"]})
    kept = [caller["key"]["id"]]
    for kind in ("keys", "projects", "roles", "policies"):
        kept += [record["id"] for record in call(admin, secret, f"/v1/{kind}?limit=200")["data"]]
    return caller["secret"], kept


def schemathesis(listener, address, environment, seed):
    arguments = [
        str(ROOT / ".venv" / "bin" / "schemathesis"), "--config-file", str(HERE / "schemathesis.toml"), "run",
        str(ROOT / "openapi.yaml"), "--url", f"http://{address}", "--include-tag", listener, "--seed", str(seed), "--no-color",
        "--warnings", "off", "--phases", "examples,coverage,fuzzing,stateful" if LONG else "examples,coverage,fuzzing",
        "--max-examples", "150" if LONG else "3", "--suppress-health-check", "all",
    ]
    print(f"schemathesis on the {listener} listener, LANYARD_SEED={seed}", flush=True)
    # Its caches go where they are swept away with the rest.
    return subprocess.run(arguments, env=environment, cwd=environment["LANYARD_CONTRACT_FOLDER"]).returncode == 0


def errors_logged(folder):
    lines = [json.loads(line) for line in (folder / "log").read_text().splitlines() if line.startswith("{")]
    return [line for line in lines if line.get("level") in ("error", "critical")]


def main():
    seed = int(os.environ.get("LANYARD_SEED") or (random.randrange(1 << 32) if LONG else 20261121))
    with tempfile.TemporaryDirectory(prefix="lanyard-contract-") as name:
        folder = pathlib.Path(name)
        server = start(folder)
        try:
            addresses = json.loads((folder / "ready.json").read_text())
            admin = f"http://{addresses['admin']}"
            secret = (folder / "admin.key").read_text().strip()
            caller, kept = prepare(admin, secret)
            environment = {
                **os.environ, "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(HERE), "PYTHONDONTWRITEBYTECODE": "1",
                "LANYARD_CONTRACT_ADMIN": admin, "LANYARD_CONTRACT_SECRET": secret, "LANYARD_CONTRACT_CALLER": caller,
                "LANYARD_CONTRACT_KEPT": " ".join(kept), "LANYARD_CONTRACT_FOLDER": name,
            }
            passed = [schemathesis(listener, addresses[listener], environment, seed) for listener in LISTENERS]
            problems = []
            if server.poll() is not None:
                problems.append(f"the server has ended with status {server.returncode}")
            else:
                call(admin, secret, "/readyz")
                call(admin, secret, "/v1/keys?limit=1")
            problems += [f"the server logged an error: {line}" for line in errors_logged(folder)[:20]]
        finally:
            server.terminate()
            status = server.wait(timeout=60)
        if status != 0:
            problems.append(f"at SIGTERM the server ended with status {status}")
        for problem in problems:
            print(f"error: {problem}", file=sys.stderr)
        if not all(passed) or problems:
            sys.exit(1)


if __name__ == "__main__":
    main()
