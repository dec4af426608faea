// crewjam/saml behind the driver protocol: a Response in, what the library made of it out. No check of its own.
//
// As the library's middleware does, it hands over the IDs of the requests that this browser has open, and forgets one that
// was answered. Responses nobody asked for stay off, which is the library's default: with AllowIDPInitiated it no longer
// looks at InResponseTo at all. Environment: IDP_METADATA, SP_ACS, SP_ENTITY_ID, SP_KEY and SP_CERT (PEM files).
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/xml"
	"errors"
	"net/http"
	"net/url"
	"os"

	"github.com/crewjam/saml"
)

type crewjam struct {
	sp   *saml.ServiceProvider
	open map[string][]string // browser -> IDs of its open requests
}

func main() {
	acs := *must(url.Parse(os.Getenv("SP_ACS")))
	pair := must(tls.LoadX509KeyPair(os.Getenv("SP_CERT"), os.Getenv("SP_KEY")))
	var idp saml.EntityDescriptor
	if err := xml.Unmarshal(must(os.ReadFile(os.Getenv("IDP_METADATA"))), &idp); err != nil {
		panic(err)
	}
	sp := &saml.ServiceProvider{
		EntityID:    os.Getenv("SP_ENTITY_ID"),
		MetadataURL: *must(url.Parse(os.Getenv("SP_ENTITY_ID"))),
		AcsURL:      acs,
		Key:         key(pair.PrivateKey),
		Certificate: must(x509.ParseCertificate(pair.Certificate[0])),
		IDPMetadata: &idp,
	}
	serve("crewjam/saml", "github.com/crewjam/saml", &crewjam{sp: sp, open: map[string][]string{}})
}

func (c *crewjam) login(browser, relayState string) (string, error) {
	id, location, err := request_for(c.sp, relayState)
	if err == nil {
		c.open[browser] = append(c.open[browser], id)
	}
	return location, err
}

func (c *crewjam) acs(browser string, request *http.Request) (answer, error) {
	assertion, err := c.sp.ParseResponse(request, c.open[browser])
	if err != nil {
		var invalid *saml.InvalidResponseError
		if errors.As(err, &invalid) {
			err = invalid.PrivateErr
		}
		return nil, err
	}
	delete(c.open, browser)
	return shown(assertion), nil
}

func (c *crewjam) reset() { clear(c.open) }

// What the library returned, without a NameID too.
func shown(assertion *saml.Assertion) answer {
	attributes := map[string][]string{}
	for _, statement := range assertion.AttributeStatements {
		for _, attribute := range statement.Attributes {
			values := append([]string{}, attributes[attribute.Name]...)
			for _, value := range attribute.Values {
				values = append(values, value.Value)
			}
			attributes[attribute.Name] = values
		}
	}
	result := answer{"name_id": nil, "attributes": attributes}
	if assertion.Subject != nil && assertion.Subject.NameID != nil {
		result["name_id"] = assertion.Subject.NameID.Value
	}
	return result
}
