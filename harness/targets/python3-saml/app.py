"""python3-saml behind the driver protocol, version 1: a Response in, what the library made of it out.

Environment: PORT, SAMLSPEC_RUN_ID, IDP_METADATA (file), SP_KEY and SP_CERT (PEM files), and PROFILE:

- `bare`: the library alone; it is told no request and remembers nothing.
- `documented`: also the two things that the library's README leaves to the application: the ID of the request that this
  browser has open is handed to `process_response`, and an Assertion ID that was accepted once is not accepted again.

What the library refuses is 403. What it does not catch itself and is no error about the message (a TypeError, say) is 500.
"""

import json
import os
import secrets
import threading
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from urllib.parse import parse_qs, urlsplit

import xmlsec
from lxml import etree
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.errors import OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
from onelogin.saml2.settings import OneLogin_Saml2_Settings

PORT = int(os.environ.get("PORT", "7701"))
BASE = f"http://127.0.0.1:{PORT}"
PROFILE = os.environ.get("PROFILE", "documented")

# Errors that say "this message is no good". ValueError is what the base64, character set and date readers raise.
REFUSALS = (
    OneLogin_Saml2_Error,
    OneLogin_Saml2_ValidationError,
    etree.LxmlError,
    xmlsec.Error,
    ValueError,
)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def settings():
    """The library's own settings: strict, either signature, SHA-1 refused, and two legal shapes of attributes allowed."""
    idp = OneLogin_Saml2_IdPMetadataParser.parse(read(os.environ["IDP_METADATA"]))["idp"]
    return OneLogin_Saml2_Settings({
        "strict": True,
        "sp": {
            "entityId": f"{BASE}/metadata",
            "assertionConsumerService": {
                "url": f"{BASE}/acs",
                "binding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
            },
            "NameIDFormat": "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
            "x509cert": read(os.environ["SP_CERT"]),
            "privateKey": read(os.environ["SP_KEY"]),
        },
        "idp": idp,
        "security": {
            "rejectDeprecatedAlgorithm": True,
            "wantAttributeStatement": False,
            "allowRepeatAttributeName": True,
        },
    })


class Sp:
    """The library, and the little that an application around it has to remember.

    One call at a time: libxml2 sets up its schema types without a lock, and two first messages at once can leave them
    broken for good ("the given type is not a built-in type").
    """

    def __init__(self):
        self.settings = settings()
        self.lock = threading.Lock()
        self.reset()

    def reset(self):
        self.open_requests = {}  # browser -> ID of the request it was sent away with
        self.seen = set()  # Assertion IDs accepted so far

    def auth(self, path, form, query=None):
        request = {
            "https": "off",
            "http_host": f"127.0.0.1:{PORT}",
            "script_name": path,
            "get_data": query or {},
            "post_data": form,
        }
        return OneLogin_Saml2_Auth(request, old_settings=self.settings)

    def login(self, browser, relay_state):
        auth = self.auth("/login", {})
        url = auth.login(return_to=relay_state or None)
        self.open_requests[browser] = auth.get_last_request_id()
        return url

    def accept(self, browser, form, query):
        """What the library says of this Response: a dictionary to report, or an exception."""
        documented = PROFILE == "documented"
        auth = self.auth("/acs", form, query)
        auth.process_response(request_id=self.open_requests.get(browser) if documented else None)
        if auth.get_errors() or not auth.is_authenticated():
            raise OneLogin_Saml2_ValidationError(auth.get_last_error_reason() or ", ".join(auth.get_errors()))
        if documented:
            self.use_once(browser, auth.get_last_assertion_id())
        return {
            "name_id": auth.get_nameid(),
            "name_id_format": auth.get_nameid_format(),
            "attributes": auth.get_attributes(),
            "session_index": auth.get_session_index(),
            "in_response_to": auth.get_last_response_in_response_to(),
            "assertion_id": auth.get_last_assertion_id(),
        }

    def use_once(self, browser, assertion_id):
        if assertion_id in self.seen:
            raise OneLogin_Saml2_ValidationError("this Assertion was accepted before (remembered by the driver)")
        self.seen.add(assertion_id)
        self.open_requests.pop(browser, None)


class Driver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        url = urlsplit(self.path)
        if url.path == "/health":
            self.answer(200, {
                "ok": True,
                "name": "python3-saml",
                "version": version("python3-saml"),
                "run_id": os.environ.get("SAMLSPEC_RUN_ID", ""),
            })
        elif url.path == "/login":
            relay_state = parse_qs(url.query).get("relay_state", [""])[0]
            browser = self.browser() or secrets.token_hex(16)
            with self.server.sp.lock:
                location = self.server.sp.login(browser, relay_state)
            self.answer(302, {}, {
                "Location": location,
                "Set-Cookie": f"browser={browser}; Path=/; HttpOnly",
            })
        elif url.path == "/acs":
            self.judge({}, first_of_each(url.query))
        elif url.path == "/metadata":
            self.answer(200, self.server.sp.settings.get_sp_metadata(), {"Content-Type": "application/samlmetadata+xml"})
        elif url.path == "/config":
            self.answer(200, {"profile": PROFILE})
        else:
            self.answer(404, {"error": "no such path"})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/reset":
            self.server.sp.reset()
            self.answer(200, {"ok": True})
        elif self.path == "/acs":
            self.judge(first_of_each(body.decode("utf-8", "replace")), {})
        else:
            self.answer(404, {"error": "no such path"})

    def judge(self, form, query):
        try:
            with self.server.sp.lock:
                accepted = self.server.sp.accept(self.browser(), form, query)
            self.answer(200, {"accepted": True, **accepted})
        except REFUSALS as refusal:
            self.answer(403, {"accepted": False, "reason": f"{type(refusal).__name__}: {refusal}"[:400]})
        except Exception as crash:  # noqa: BLE001: whatever else the library lets through is what has to be reported
            self.answer(500, {"error": repr(crash)[:400]})

    def browser(self):
        cookie = SimpleCookie(self.headers.get("Cookie", "")).get("browser")
        return cookie.value if cookie else None

    def answer(self, status, body, headers=None):
        octets = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def log_message(self, *_):
        """Nothing: the harness keeps its own account."""


def first_of_each(encoded):
    """Of two fields with one name the first counts, as in the framework of the library's own example."""
    return {name: values[0] for name, values in parse_qs(encoded).items()}


if __name__ == "__main__":
    if PROFILE not in ("bare", "documented"):
        raise SystemExit(f"PROFILE is `{PROFILE}`; expected `bare` or `documented`")
    server = ThreadingHTTPServer(("127.0.0.1", PORT), Driver)
    server.sp = Sp()
    server.serve_forever()
