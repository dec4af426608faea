import static org.springframework.security.saml2.credentials.Saml2X509Credential.Saml2X509CredentialType.DECRYPTION;
import static org.springframework.security.saml2.credentials.Saml2X509Credential.Saml2X509CredentialType.SIGNING;
import static org.springframework.security.saml2.credentials.Saml2X509Credential.Saml2X509CredentialType.VERIFICATION;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.security.core.AuthenticatedPrincipal;
import org.springframework.security.core.SpringSecurityCoreVersion;
import org.springframework.security.saml2.credentials.Saml2X509Credential;
import org.springframework.security.saml2.provider.service.authentication.OpenSamlAuthenticationProvider;
import org.springframework.security.saml2.provider.service.authentication.Saml2AuthenticationException;
import org.springframework.security.saml2.provider.service.authentication.Saml2AuthenticationToken;

/**
 * Spring Security's SAML support, as it was in 5.2, behind the driver protocol. No check of its own.
 *
 * Environment: IDP_ENTITY, IDP_SSO, IDP_CERT_FILE, SP_ACS, SP_ENTITY_ID, SP_KEY and SP_CERT (PEM files).
 */
public final class Spring52 implements Stdio.Library {
    private final OpenSamlAuthenticationProvider provider = new OpenSamlAuthenticationProvider();
    private final List<Saml2X509Credential> credentials;

    private Spring52() throws Exception {
        credentials = List.of(new Saml2X509Credential(Keys.certificate("IDP_CERT_FILE"), VERIFICATION),
            new Saml2X509Credential(Keys.privateKey("SP_KEY"), Keys.certificate("SP_CERT"), SIGNING, DECRYPTION));
    }

    public static void main(String[] arguments) throws Exception {
        Stdio.serve(new Spring52());
    }

    @Override
    public String name() {
        return "spring-security-saml2-service-provider";
    }

    @Override
    public String version() {
        return SpringSecurityCoreVersion.getVersion();
    }

    @Override
    public String login(String browser, String relayState) throws Exception {
        return Requests.redirect(relayState);
    }

    @Override
    public Map<String, Object> acs(String browser, String method, Map<String, String> form) throws Exception {
        String acs = System.getenv("SP_ACS");
        try {
            byte[] xml = Base64.getMimeDecoder().decode(form.getOrDefault("SAMLResponse", ""));
            var token = new Saml2AuthenticationToken(new String(xml, StandardCharsets.UTF_8), acs,
                System.getenv("IDP_ENTITY"), System.getenv("SP_ENTITY_ID"), credentials);
            var principal = (AuthenticatedPrincipal) provider.authenticate(token).getPrincipal();
            Map<String, Object> accepted = new LinkedHashMap<>();
            accepted.put("name_id", principal.getName());
            return accepted; // this version keeps no attributes
        } catch (Saml2AuthenticationException | IllegalArgumentException refusal) {
            throw new Stdio.Refused(refusal);
        }
    }
}
