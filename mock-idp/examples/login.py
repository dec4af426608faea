#!/usr/bin/env python3
"""A login at a mock IdP, from Python with nothing but its standard library.

Starts `samlspec idp okta` (the program's path may stand in SAMLSPEC), registers an SP, queues a quirk, sends an
AuthnRequest as a browser would, logs Ann in, and prints the NameID of the Response that the SP would get.
"""

import base64
import http.cookiejar
import json
import os
import subprocess
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ElementTree
import zlib
from html.parser import HTMLParser

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
ENTITY_ID, ACS = "https://app.example.test/saml", "https://app.example.test/saml/acs"


class Inputs(HTMLParser):
    """The fields of the form of a page."""

    def __init__(self, page):
        super().__init__()
        self.fields = {}
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "input" and "name" in attrs:
            self.fields[attrs["name"]] = attrs.get("value") or ""


browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))


def page(url, fields=None):
    data = urllib.parse.urlencode(fields).encode() if fields else None
    with browser.open(url, data, timeout=30) as response:
        return response.read().decode()


def control(url, body):
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)


def redirect_url(sso):
    """An AuthnRequest by HTTP-Redirect: raw DEFLATE, base64, then the query."""
    xml = (
        f'<samlp:AuthnRequest xmlns:samlp="{SAMLP}" xmlns:saml="{SAML}" ID="_a1" Version="2.0"'
        f' IssueInstant="2026-01-01T00:00:00Z"><saml:Issuer>{ENTITY_ID}</saml:Issuer></samlp:AuthnRequest>'
    )
    deflated = zlib.compress(xml.encode())[2:-4]
    query = {"SAMLRequest": base64.b64encode(deflated).decode(), "RelayState": "/home"}
    return f"{sso}?{urllib.parse.urlencode(query)}"


command = [os.environ.get("SAMLSPEC", "samlspec"), "idp", "okta", "--listen", "127.0.0.1:0"]
with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as mock:
    try:
        idp = json.loads(mock.stdout.readline())
        control(f"{idp['control']}/sps", {"entity_id": ENTITY_ID, "acs": ACS})
        control(f"{idp['control']}/queue", {"vendor": "okta", "quirk": "cdata_name_id"})

        form = Inputs(page(redirect_url(idp["sso"]))).fields
        login = urllib.parse.urljoin(idp["console"], "/okta/login")
        posted = Inputs(page(login, {"login": form["login"], "user": "ann@example.test"})).fields

        xml = base64.b64decode(posted["SAMLResponse"]).decode()
        request = control(f"{idp['control']}/requests/take", {"vendor": "okta", "wait_seconds": 5})
        print("AuthnRequest:", request["received"]["id"])
        print("RelayState:", posted["RelayState"])
        print("quirk:", "cdata_name_id" if "<![CDATA[" in xml else "none")
        print("NameID:", ElementTree.fromstring(xml).find(f".//{{{SAML}}}NameID").text)
    finally:
        mock.terminate()
