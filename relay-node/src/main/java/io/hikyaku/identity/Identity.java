package io.hikyaku.identity;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a member proves its identity with: its key, its certificate with intermediates, and the authorities of its
/// mesh. Read from a directory that holds `tls.crt`, `tls.key` and `ca.crt`, the names of a Kubernetes TLS Secret.
/// Immutable: a renewed certificate is a new identity of the same member, and since addresses come from the
/// [InstanceKey], loading it changes none.
public final class Identity {

    public static final String CERTIFICATE = "tls.crt";
    public static final String KEY = "tls.key";
    public static final String AUTHORITIES = "ca.crt";
    private static final int MAX_FILE_BYTES = 1 << 20;

    private final Member member;
    private final PrivateKey key;
    private final List<X509Certificate> chain;
    private final MeshTrust trust;
    private final List<String> warnings;

    private Identity(
            Member member, PrivateKey key, List<X509Certificate> chain, MeshTrust trust, List<String> warnings) {
        this.member = member;
        this.key = key;
        this.chain = List.copyOf(chain);
        this.trust = trust;
        this.warnings = List.copyOf(warnings);
    }

    /// Reads and checks an identity: key and certificate belong together, and the mesh's own trust accepts the
    /// chain now.
    ///
    /// @param clock the wall clock, for this check and for all later ones with [#trust]
    /// @throws IdentityException with everything that is wrong, each naming its file
    public static Identity load(Path directory, InstantSource clock) throws IdentityException {
        List<String> problems = new ArrayList<>();
        List<X509Certificate> chain = certificates(directory.resolve(CERTIFICATE), problems);
        List<X509Certificate> authorities = certificates(directory.resolve(AUTHORITIES), problems);
        PrivateKey key = privateKey(directory.resolve(KEY), problems);
        if (chain.isEmpty() || authorities.isEmpty() || key == null) {
            throw new IdentityException(problems);
        }
        if (!belongTogether(key, chain.getFirst())) {
            problems.add(directory.resolve(KEY) + " is not the key of the certificate in " + CERTIFICATE);
        }
        for (X509Certificate authority : authorities) {
            if (authority.getBasicConstraints() < 0) {
                problems.add(directory.resolve(AUTHORITIES) + " holds a certificate that is not an authority's: "
                        + authority.getSubjectX500Principal());
            }
        }
        try {
            Member member = MemberCertificate.memberNamedBy(chain.getFirst());
            MeshTrust trust = new MeshTrust(member.mesh(), authorities, clock);
            trust.verify(chain);
            if (problems.isEmpty()) {
                return new Identity(member, key, chain, trust, exposure(directory.resolve(KEY)));
            }
        } catch (Rejected e) {
            problems.add(directory.resolve(CERTIFICATE) + ": " + e.getMessage());
        }
        throw new IdentityException(problems);
    }

    /// What [#load] reads in a directory.
    public static List<Path> files(Path directory) {
        return List.of(directory.resolve(CERTIFICATE), directory.resolve(KEY), directory.resolve(AUTHORITIES));
    }

    /// Whether nothing would change by using the other one.
    public boolean isSameAs(Identity other) {
        return chain.equals(other.chain)
                && key.equals(other.key)
                && trust.authorities().equals(other.trust.authorities());
    }

    public Member member() {
        return member;
    }

    /// The member's own certificate, then its issuers without the authority itself.
    public List<X509Certificate> chain() {
        return chain;
    }

    public X509Certificate certificate() {
        return chain.getFirst();
    }

    public Instant notBefore() {
        return certificate().getNotBefore().toInstant();
    }

    public Instant notAfter() {
        return certificate().getNotAfter().toInstant();
    }

    /// Verifies others of the same mesh.
    public MeshTrust trust() {
        return trust;
    }

    /// What an operator should correct although nothing fails because of it, one sentence each; to be logged once.
    public List<String> warnings() {
        return warnings;
    }

    public PrivateKey key() {
        return key;
    }

    /// Never shows the key.
    @Override
    public String toString() {
        return "Identity[" + member + " until " + notAfter() + "]";
    }

    public static String read(Path file) throws IdentityException {
        try {
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw new IdentityException(file + " is larger than " + MAX_FILE_BYTES + " bytes");
            }
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw new IdentityException(file + " does not exist");
        } catch (IOException e) {
            throw new IdentityException(file + " cannot be read: " + e);
        }
    }

    public static boolean belongTogether(PrivateKey key, X509Certificate certificate) {
        if (!MemberCertificate.isP256(key) || !MemberCertificate.isP256(certificate.getPublicKey())) {
            return false;
        }
        byte[] probe = "which key is this".getBytes(StandardCharsets.US_ASCII);
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(key);
            signature.update(probe);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(probe);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static List<X509Certificate> certificates(Path file, List<String> problems) {
        try {
            return Pem.certificates(read(file));
        } catch (IdentityException e) {
            problems.addAll(e.problems());
        } catch (GeneralSecurityException e) {
            problems.add(file + " " + e.getMessage());
        }
        return List.of();
    }

    private static @Nullable PrivateKey privateKey(Path file, List<String> problems) {
        try {
            return Pem.privateKey(read(file));
        } catch (IdentityException e) {
            problems.addAll(e.problems());
        } catch (GeneralSecurityException e) {
            problems.add(file + " " + e.getMessage());
        }
        return null;
    }

    private static List<String> exposure(Path keyFile) {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(keyFile);
            if (permissions.contains(PosixFilePermission.OTHERS_READ)) {
                return List.of(keyFile + " is readable by everybody on this machine; mode 0600 would do");
            }
        } catch (IOException | UnsupportedOperationException e) {
            // No such permissions here, and then nothing to warn of.
        }
        return List.of();
    }
}
