"""What schemathesis has to know of Lanyard beside openapi.yaml: what an import's lines are, and which records the run stands on.

Tests/OpenAPI/run.py sets the environment that this reads.
"""

import json
import os
import urllib.request

import schemathesis

ADMIN = os.environ["LANYARD_CONTRACT_ADMIN"]
ADMIN_SECRET = os.environ["LANYARD_CONTRACT_SECRET"]
CALLER_SECRET = os.environ["LANYARD_CONTRACT_CALLER"]
# Ids of records without which nothing else can be asked: the administrator's own key above all.
KEPT = set(os.environ["LANYARD_CONTRACT_KEPT"].split())

READING = {"GET", "HEAD", "OPTIONS", "TRACE"}
OWN_KEY = {"rotateSelf", "revokeSelf"}


@schemathesis.serializer("application/x-ndjson")
def ndjson(context, value):
    if isinstance(value, bytes):
        return value
    lines = value if isinstance(value, list) else [value]
    return "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines).encode("utf-8", "surrogatepass")


def fresh_secret():
    """The secret of a key that may be rotated and revoked by its holder: each of these calls ends one."""
    body = json.dumps({"name": "own key", "allow_self_rotate": True}).encode()
    headers = {"Authorization": f"Bearer {ADMIN_SECRET}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{ADMIN}/v1/keys", data=body, headers=headers, method="POST")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)["secret"]


@schemathesis.auth(refresh_interval=None)
class WhoeverMay:
    """The administrator for whatever he may; an ordinary key where his, which is of project `lanyard`, is for nothing."""

    def get(self, case, context):
        operation = case.operation.definition.raw.get("operationId", "")
        if operation in OWN_KEY:
            return fresh_secret()
        return CALLER_SECRET if operation.startswith("authorize") or operation == "getSelf" else ADMIN_SECRET

    def set(self, case, secret, context):
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {secret}"


@schemathesis.hook
def before_call(context, case, kwargs):
    parameters = case.path_parameters or {}
    if case.method.upper() not in READING and parameters.get("id") in KEPT:
        # The same call on a record that may go away.
        kind = str(parameters["id"]).split("_")[0]
        case.path_parameters["id"] = f"{kind}_{'0' * 21}1"
    if case.meta and case.meta.phase.name.value == "stateful" and case.headers:
        # An Idempotency-Key that comes again brings the first answer again, also when what was made then is deleted by
        # now: a call that follows the answer's link would rightly find nothing. The other phases do send the field.
        case.headers.pop("Idempotency-Key", None)
