import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.UUID;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/**
 * A plain AuthnRequest in a redirect, written here: the library under test makes its own inside a web application only, and
 * compares no answer with it.
 */
final class Requests {
    static String redirect(String relayState) throws Exception {
        String sso = System.getenv("IDP_SSO");
        String request = """
            <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_%s" Version="2.0" IssueInstant="%s" \
            Destination="%s" AssertionConsumerServiceURL="%s"><saml:Issuer \
            xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">%s</saml:Issuer></samlp:AuthnRequest>"""
            .formatted(UUID.randomUUID(), Instant.now().truncatedTo(ChronoUnit.SECONDS), sso, System.getenv("SP_ACS"),
                System.getenv("SP_ENTITY_ID"));
        var packed = new ByteArrayOutputStream();
        try (var deflate = new DeflaterOutputStream(packed, new Deflater(Deflater.DEFAULT_COMPRESSION, true))) {
            deflate.write(request.getBytes(StandardCharsets.UTF_8));
        }
        String query = "SAMLRequest=" + encoded(Base64.getEncoder().encodeToString(packed.toByteArray()));
        return sso + (sso.contains("?") ? "&" : "?") + query + (relayState.isEmpty() ? "" : "&RelayState=" + encoded(relayState));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private Requests() {}
}
