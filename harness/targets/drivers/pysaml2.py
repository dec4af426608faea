"""pysaml2 behind the driver protocol: a Response in, what the library made of it out. No check of its own.

Environment: IDP_METADATA, SP_ACS, SP_ENTITY_ID, SP_KEY and SP_CERT (PEM files); SIGNED is `assertion` (the Assertion must be
signed) or `either`. The library needs the program xmlsec1. `conv_info` is handed over where the version knows it: without it
the Recipient is not looked at. It holds no `remote_addr`, which no driver knows.
"""

import inspect
import logging
import os
import shutil

import stdio
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT, SAMLError
from saml2.client import Saml2Client
from saml2.config import SPConfig

try:
    from importlib.metadata import version
except ImportError:
    from importlib_metadata import version

logging.disable(logging.CRITICAL)

ACS = os.environ["SP_ACS"]
ENTITY_ID = os.environ["SP_ENTITY_ID"]
EITHER = os.environ.get("SIGNED", "either") == "either"
KEYS = {"key_file": os.environ["SP_KEY"], "cert_file": os.environ["SP_CERT"]}

SERVICE = {
    "endpoints": {"assertion_consumer_service": [(ACS, BINDING_HTTP_POST)]},
    "allow_unsolicited": False,
    "authn_requests_signed": False,
    "want_response_signed": False,
    "want_assertions_signed": not EITHER,
    "want_assertions_or_response_signed": EITHER,
}
CONFIG = SPConfig().load({
    "entityid": ENTITY_ID,
    "xmlsec_binary": shutil.which("xmlsec1"),
    "metadata": {"local": [os.environ["IDP_METADATA"]]},
    "allow_unknown_attributes": True,
    **KEYS,
    "encryption_keypairs": [KEYS],
    "service": {"sp": SERVICE},
})
CLIENT = Saml2Client(CONFIG)
OPEN = {}  # browser -> the requests that it was sent away with


def login(browser, relay_state):
    request, info = CLIENT.prepare_for_authenticate(relay_state=relay_state, binding=BINDING_HTTP_REDIRECT)
    OPEN.setdefault(browser, {})[request] = "/"
    return dict(info["headers"])["Location"]


def acs(browser, form):
    more = {}
    if "conv_info" in inspect.signature(CLIENT.parse_authn_request_response).parameters:
        more["conv_info"] = {"entity_id": ENTITY_ID, "request_uri": ACS}
    outstanding = OPEN.get(browser, {})
    try:
        response = CLIENT.parse_authn_request_response(form.get("SAMLResponse", ""), BINDING_HTTP_POST, outstanding, **more)
        if response is None:
            raise SAMLError("no response came of it")
        person = response.session_info()  # raises for a response that was not verified
    except Exception as refusal:
        # Exceptions of its own are how the library refuses, and `Exception` itself, for an Audience that is not us.
        if type(refusal) is Exception or type(refusal).__module__.startswith("saml2."):
            raise SAMLError(f"{type(refusal).__name__}: {refusal}") from refusal
        raise
    outstanding.pop(response.in_response_to, None)
    return {"name_id": person["name_id"].text if person["name_id"] else None, "attributes": person["ava"]}


if __name__ == "__main__":
    # ValueError: the readers of base64 and dates. SyntaxError: the base of the XML reader's ParseError.
    stdio.serve("pysaml2", version("pysaml2"), login, acs, OPEN.clear, (SAMLError, ValueError, SyntaxError))
