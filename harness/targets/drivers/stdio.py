"""The driver protocol, version 1, over standard input and output: calls in, answers out (driver-v1.schema.json).

`refusals` are the exceptions by which a library says that a message is no good; whatever else it raises is a crash.
Runs on every Python from 3.8 on.
"""

import json
import os
import sys
import traceback
from urllib.parse import parse_qs


def serve(name, version, login, acs, reset, refusals):
    """`login(browser, relay_state)` returns a URL; `acs(browser, form)` returns what to report beside `accepted`."""
    answers, sys.stdout = sys.stdout, sys.stderr  # what a library prints is no answer

    def handle(call):
        if call["call"] == "health":
            return {"ok": True, "name": name, "version": version, "run_id": os.environ.get("SAMLSPEC_RUN_ID", "")}
        if call["call"] == "reset":
            reset()
            return {"ok": True}
        if call["call"] == "login":
            return {"location": login(call["browser"], call.get("relay_state", ""))}
        body = call.get("body", "") if call["method"] == "POST" else ""  # the query of a GET is no form
        form = {field: values[0] for field, values in parse_qs(body).items()}
        try:
            return {"accepted": True, **acs(call["browser"], form)}
        except refusals as refusal:
            return {"accepted": False, "reason": f"{type(refusal).__name__}: {refusal}"[:400]}

    for line in sys.stdin:
        call = json.loads(line)
        try:
            answer = handle(call)
        except Exception:  # noqa: BLE001: what is no refusal is a crash
            answer = {"error": traceback.format_exc()[-400:]}
        answers.write(json.dumps({"id": call["id"], **answer}) + "\n")
        answers.flush()
