import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.saml2.core.OpenSamlInitializationService;
import org.springframework.security.saml2.core.Saml2X509Credential;
import org.springframework.security.saml2.provider.service.authentication.OpenSamlAuthenticationProvider;
import org.springframework.security.saml2.provider.service.authentication.Saml2AuthenticatedPrincipal;
import org.springframework.security.saml2.provider.service.registration.RelyingPartyRegistration;
import org.springframework.security.saml2.provider.service.registration.RelyingPartyRegistrations;
import org.springframework.security.saml2.provider.service.web.RelyingPartyRegistrationResolver;
import org.springframework.security.saml2.provider.service.web.Saml2AuthenticationTokenConverter;
import org.springframework.security.saml2.provider.service.web.authentication.Saml2WebSsoAuthenticationFilter;

/**
 * Spring Security's SAML support (5.8, with OpenSAML 3) behind the driver protocol: the filter that a web application has at its ACS, over
 * requests that are plain objects. No check of its own.
 *
 * Environment: IDP_METADATA, IDP_SSO, SP_ACS, SP_ENTITY_ID, SP_KEY and SP_CERT (PEM files).
 */
public final class Spring58 implements Stdio.Library {
    private final Saml2WebSsoAuthenticationFilter filter;

    private Spring58() throws Exception {
        RelyingPartyRegistration registration = registration();
        RelyingPartyRegistrationResolver resolver = (request, id) -> registration;
        filter = new Saml2WebSsoAuthenticationFilter(new Saml2AuthenticationTokenConverter(resolver), "/acs/{registrationId}");
        filter.setAuthenticationManager(new OpenSamlAuthenticationProvider()::authenticate);
    }

    private static RelyingPartyRegistration registration() throws Exception {
        var key = Keys.privateKey("SP_KEY");
        var certificate = Keys.certificate("SP_CERT");
        try (var metadata = Files.newInputStream(Path.of(System.getenv("IDP_METADATA")))) {
            return RelyingPartyRegistrations.fromMetadata(metadata)
                .registrationId("one")
                .entityId(System.getenv("SP_ENTITY_ID"))
                .assertionConsumerServiceLocation(System.getenv("SP_ACS"))
                .signingX509Credentials(all -> all.add(Saml2X509Credential.signing(key, certificate)))
                .decryptionX509Credentials(all -> all.add(Saml2X509Credential.decryption(key, certificate)))
                .build();
        }
    }

    public static void main(String[] arguments) throws Exception {
        Stdio.serve(new Spring58());
    }

    @Override
    public String name() {
        return "spring-security-saml2-service-provider";
    }

    @Override
    public String version() {
        return OpenSamlInitializationService.class.getPackage().getImplementationVersion();
    }

    @Override
    public String login(String browser, String relayState) throws Exception {
        return Requests.redirect(relayState);
    }

    @Override
    public Map<String, Object> acs(String browser, String method, Map<String, String> form) throws Exception {
        var request = new MockHttpServletRequest(method, "/acs/one");
        form.forEach(request::setParameter);
        try {
            var authentication = filter.attemptAuthentication(request, new MockHttpServletResponse());
            var principal = (Saml2AuthenticatedPrincipal) authentication.getPrincipal();
            Map<String, Object> accepted = new LinkedHashMap<>();
            accepted.put("name_id", principal.getName());
            accepted.put("attributes", principal.getAttributes());
            return accepted;
        } catch (AuthenticationException refusal) {
            throw new Stdio.Refused(refusal);
        }
    }
}
