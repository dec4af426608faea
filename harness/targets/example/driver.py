"""A whole driver (protocol version 1, standard input and output), here around python3-saml: put your library in its place."""
import json, os, sys, traceback, urllib.parse
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.errors import OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser as Metadata

ACS = os.environ["SP_ACS"]
SP = {"entityId": os.environ["SP_ENTITY_ID"], "assertionConsumerService": {"url": ACS}}
SETTINGS = {"strict": True, "sp": SP, "idp": Metadata.parse(open(os.environ["IDP_METADATA"]).read())["idp"],
            "security": {"rejectDeprecatedAlgorithm": True, "wantAttributeStatement": False}}
open_requests = {}  # browser -> ID of the request it was sent away with

def auth(form):
    return OneLogin_Saml2_Auth({"http_host": ACS.split("/")[2], "script_name": "/acs", "post_data": form}, SETTINGS)

def answer(call):
    if call["call"] == "health":
        return {"ok": True, "name": "python3-saml", "run_id": os.environ["SAMLSPEC_RUN_ID"]}
    if call["call"] == "reset":
        open_requests.clear()
        return {"ok": True}
    if call["call"] == "login":
        login = auth({})
        location = login.login(return_to=call.get("relay_state"))
        open_requests[call["browser"]] = login.get_last_request_id()
        return {"location": location}
    acs = auth({name: values[0] for name, values in urllib.parse.parse_qs(call.get("body", "")).items()})
    acs.process_response(request_id=open_requests.get(call["browser"]))
    if acs.is_authenticated():
        return {"accepted": True, "name_id": acs.get_nameid(), "attributes": acs.get_attributes()}
    return {"accepted": False, "reason": acs.get_last_error_reason()}

for line in sys.stdin:
    try:
        result = answer(json.loads(line))
    except (OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError, ValueError) as refusal:
        result = {"accepted": False, "reason": str(refusal)}
    except Exception:  # what is no error about the message is a crash, never a refusal
        result = {"error": traceback.format_exc()[-400:]}
    print(json.dumps({"id": json.loads(line)["id"], **result}), flush=True)
