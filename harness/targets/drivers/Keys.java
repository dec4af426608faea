import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/** Certificates and the private key, from the PEM files that the environment names. */
final class Keys {
    static X509Certificate certificate(String variable) throws Exception {
        try (InputStream file = Files.newInputStream(Path.of(System.getenv(variable)))) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(file);
        }
    }

    static RSAPrivateKey privateKey(String variable) throws Exception {
        String pem = Files.readString(Path.of(System.getenv(variable)));
        byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
        return (RSAPrivateKey) KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der));
    }

    private Keys() {}
}
