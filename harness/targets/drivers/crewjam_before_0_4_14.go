// What changed its shape in crewjam/saml 0.4.14, as it was from 0.4.4 on.
package main

import (
	"crypto"
	"crypto/rsa"

	"github.com/crewjam/saml"
)

func key(pair crypto.PrivateKey) *rsa.PrivateKey { return pair.(*rsa.PrivateKey) }

func request_for(sp *saml.ServiceProvider, relayState string) (id, location string, err error) {
	sso := sp.GetSSOBindingLocation(saml.HTTPRedirectBinding)
	request, err := sp.MakeAuthenticationRequest(sso, saml.HTTPRedirectBinding, saml.HTTPPostBinding)
	if err != nil {
		return "", "", err
	}
	to, err := request.Redirect(relayState, sp)
	if err != nil {
		return "", "", err
	}
	return request.ID, to.String(), nil
}
