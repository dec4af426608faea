// russellhaering/gosaml2 behind the driver protocol: a Response in, what the library made of it out.
//
// The library leaves three warnings to the application (time, audience, proxies); as in its own example, a warning about time
// or audience is a refusal here. Nothing else is checked. Environment: IDP_ENTITY, IDP_SSO, IDP_CERT_FILE, SP_ACS,
// SP_ENTITY_ID, SP_KEY and SP_CERT (PEM files).
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/http"
	"os"

	saml2 "github.com/russellhaering/gosaml2"
	dsig "github.com/russellhaering/goxmldsig"
)

type gosaml2 struct{ sp *saml2.SAMLServiceProvider }

func main() {
	block, _ := pem.Decode(must(os.ReadFile(os.Getenv("IDP_CERT_FILE"))))
	trusted := dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{must(x509.ParseCertificate(block.Bytes))}}
	pair := must(tls.LoadX509KeyPair(os.Getenv("SP_CERT"), os.Getenv("SP_KEY")))
	serve("gosaml2", "github.com/russellhaering/gosaml2", &gosaml2{&saml2.SAMLServiceProvider{
		IdentityProviderSSOURL:      os.Getenv("IDP_SSO"),
		IdentityProviderIssuer:      os.Getenv("IDP_ENTITY"),
		ServiceProviderIssuer:       os.Getenv("SP_ENTITY_ID"),
		AssertionConsumerServiceURL: os.Getenv("SP_ACS"),
		AudienceURI:                 os.Getenv("SP_ENTITY_ID"),
		IDPCertificateStore:         &trusted,
		SPKeyStore:                  dsig.TLSCertKeyStore(pair),
	}})
}

func (g *gosaml2) login(_, relayState string) (string, error) { return g.sp.BuildAuthURL(relayState) }

func (g *gosaml2) acs(_ string, request *http.Request) (answer, error) {
	info, err := g.sp.RetrieveAssertionInfo(request.PostFormValue("SAMLResponse"))
	if err != nil {
		return nil, err
	}
	if info.WarningInfo.InvalidTime {
		return nil, errors.New("WarningInfo.InvalidTime")
	}
	if info.WarningInfo.NotInAudience {
		return nil, errors.New("WarningInfo.NotInAudience")
	}
	attributes := map[string][]string{}
	for name, attribute := range info.Values {
		for _, value := range attribute.Values {
			attributes[name] = append(attributes[name], value.Value)
		}
	}
	return answer{"name_id": info.NameID, "attributes": attributes}, nil
}

func (g *gosaml2) reset() {}
