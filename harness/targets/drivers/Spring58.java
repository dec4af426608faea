import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.security.saml2.core.OpenSamlInitializationService;
import org.springframework.security.saml2.core.Saml2X509Credential;
import org.springframework.security.saml2.provider.service.authentication.OpenSamlAuthenticationProvider;
import org.springframework.security.saml2.provider.service.authentication.Saml2AuthenticatedPrincipal;
import org.springframework.security.saml2.provider.service.authentication.Saml2AuthenticationException;
import org.springframework.security.saml2.provider.service.authentication.Saml2AuthenticationToken;
import org.springframework.security.saml2.provider.service.registration.RelyingPartyRegistration;
import org.springframework.security.saml2.provider.service.registration.RelyingPartyRegistrations;

/**
 * Spring Security's SAML support (5.8, with OpenSAML 3) behind the driver protocol. No check of its own.
 *
 * Environment: IDP_METADATA, IDP_SSO, SP_ACS, SP_ENTITY_ID, SP_KEY and SP_CERT (PEM files).
 */
public final class Spring58 implements Stdio.Library {
    private final OpenSamlAuthenticationProvider provider = new OpenSamlAuthenticationProvider();
    private final RelyingPartyRegistration registration;

    private Spring58() throws Exception {
        var own = new Object() {
            final Saml2X509Credential signing =
                Saml2X509Credential.signing(Keys.privateKey("SP_KEY"), Keys.certificate("SP_CERT"));
            final Saml2X509Credential decryption =
                Saml2X509Credential.decryption(Keys.privateKey("SP_KEY"), Keys.certificate("SP_CERT"));
        };
        try (var metadata = Files.newInputStream(Path.of(System.getenv("IDP_METADATA")))) {
            registration = RelyingPartyRegistrations.fromMetadata(metadata)
                .registrationId("one")
                .entityId(System.getenv("SP_ENTITY_ID"))
                .assertionConsumerServiceLocation(System.getenv("SP_ACS"))
                .signingX509Credentials(credentials -> credentials.add(own.signing))
                .decryptionX509Credentials(credentials -> credentials.add(own.decryption))
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
    public Map<String, Object> acs(String browser, Map<String, String> form) throws Exception {
        try {
            byte[] xml = Base64.getMimeDecoder().decode(form.getOrDefault("SAMLResponse", ""));
            var token = new Saml2AuthenticationToken(registration, new String(xml, StandardCharsets.UTF_8));
            var principal = (Saml2AuthenticatedPrincipal) provider.authenticate(token).getPrincipal();
            Map<String, Object> accepted = new LinkedHashMap<>();
            accepted.put("name_id", principal.getName());
            accepted.put("attributes", principal.getAttributes());
            return accepted;
        } catch (Saml2AuthenticationException | IllegalArgumentException refusal) {
            throw new Stdio.Refused(refusal);
        }
    }
}
