package io.hikyaku.identity.issue;

import io.hikyaku.identity.Identity;
import io.hikyaku.identity.IdentityException;
import io.hikyaku.identity.Member;
import io.hikyaku.identity.MemberCertificate;
import io.hikyaku.identity.Rejected;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;

/// A mesh's authority, kept in a directory: `ca.crt` and `ca.key`. It makes members' identities in the form that
/// [Identity#load] reads. For the `authority` command; running relays and bridges never load it.
public final class Authority {

    public static final String KEY = "ca.key";

    /// How long an authority made here lasts.
    public static final Duration LIFETIME = Duration.ofDays(3650);

    /// Certificates begin this much before they are made, for members whose clock is behind.
    private static final Duration BACKDATED = Duration.ofMinutes(10);

    private static final int URI = 6;
    private static final String MESH_SCHEME = "spiffe://";

    private final String mesh;
    private final Path directory;
    private final X509Certificate certificate;
    private final PrivateKey key;
    private final InstantSource clock;

    private Authority(String mesh, Path directory, X509Certificate certificate, PrivateKey key, InstantSource clock) {
        this.mesh = mesh;
        this.directory = directory;
        this.certificate = certificate;
        this.key = key;
        this.clock = clock;
    }

    /// Makes the authority of a new mesh, and the directory if it is not there.
    ///
    /// @throws IllegalArgumentException if the mesh's name is no DNS-1123 label
    /// @throws IdentityException if the directory holds an authority already
    public static Authority init(String mesh, Path directory, InstantSource clock)
            throws IdentityException, IOException {
        Member.requireLabel("mesh", mesh);
        for (String file : List.of(KEY, Identity.AUTHORITIES)) {
            if (Files.exists(directory.resolve(file))) {
                throw new IdentityException(directory.resolve(file) + " exists already; it is not overwritten");
            }
        }
        KeyPair pair = CertificateMaker.newKeyPair();
        Instant now = clock.instant();
        X509Certificate certificate = CertificateMaker.authority(mesh, pair, now.minus(BACKDATED), now.plus(LIFETIME));
        IdentityFiles.makeDirectory(directory);
        IdentityFiles.writeSecret(directory.resolve(KEY), IdentityFiles.pem(pair.getPrivate()));
        IdentityFiles.write(directory.resolve(Identity.AUTHORITIES), IdentityFiles.pem(List.of(certificate)));
        return new Authority(mesh, directory, certificate, pair.getPrivate(), clock);
    }

    /// @throws IdentityException if the directory does not hold a usable authority
    public static Authority open(Path directory, InstantSource clock) throws IdentityException {
        Path certificateFile = directory.resolve(Identity.AUTHORITIES);
        Path keyFile = directory.resolve(KEY);
        X509Certificate certificate =
                IdentityFiles.readCertificates(certificateFile).getFirst();
        PrivateKey key = IdentityFiles.readKey(keyFile);
        if (certificate.getBasicConstraints() < 0) {
            throw new IdentityException(certificateFile + " is not an authority's certificate");
        }
        if (!Identity.belongTogether(key, certificate)) {
            throw new IdentityException(keyFile + " is not the key of the certificate in " + Identity.AUTHORITIES);
        }
        return new Authority(meshOf(certificate, certificateFile), directory, certificate, key, clock);
    }

    public String mesh() {
        return mesh;
    }

    public X509Certificate certificate() {
        return certificate;
    }

    /// Writes an identity: `tls.crt`, `tls.key` and `ca.crt`. Where there already is one of the same member, its
    /// key stays and the certificate is replaced, in one step as readers see it.
    ///
    /// @return the new certificate
    /// @throws IllegalArgumentException if the member is of another mesh
    /// @throws IdentityException if `out` holds another member's identity, or the authority ends before the
    ///   certificate
    public X509Certificate issue(Member member, Path out, Duration validity) throws IdentityException, IOException {
        if (!member.mesh().equals(mesh)) {
            throw new IllegalArgumentException(member + " is not of mesh " + mesh);
        }
        Instant now = clock.instant();
        Instant end = now.plus(validity);
        if (end.isAfter(certificate.getNotAfter().toInstant())) {
            throw new IdentityException("the authority of mesh " + mesh + " itself ends at "
                    + certificate.getNotAfter().toInstant() + ", before " + end);
        }
        refuseForeign(out, member);
        IdentityFiles.makeDirectory(out);
        PublicKey publicKey = keyFor(out);
        X509Certificate issued =
                CertificateMaker.member(member, publicKey, certificate, key, now.minus(BACKDATED), end);
        IdentityFiles.write(out.resolve(Identity.AUTHORITIES), IdentityFiles.pem(List.of(certificate)));
        IdentityFiles.write(out.resolve(Identity.CERTIFICATE), IdentityFiles.pem(List.of(issued)));
        return issued;
    }

    /// Never shows the key.
    @Override
    public String toString() {
        return "Authority[" + mesh + " in " + directory + "]";
    }

    private void refuseForeign(Path out, Member member) throws IdentityException {
        if (Files.exists(out.resolve(KEY))) {
            throw new IdentityException(out + " holds an authority; an identity needs a directory of its own");
        }
        Path present = out.resolve(Identity.CERTIFICATE);
        if (!Files.exists(present)) {
            return;
        }
        Member owner;
        try {
            owner = MemberCertificate.memberNamedBy(
                    IdentityFiles.readCertificates(present).getFirst());
        } catch (Rejected e) {
            throw new IdentityException(present + " is not a member's certificate; it is not replaced");
        }
        if (!owner.equals(member)) {
            throw new IdentityException(present + " belongs to " + owner + "; it is not replaced by one of " + member);
        }
    }

    /// The key that is there, else a new one. A crash between key and certificate leaves a key that the next try
    /// uses.
    private static PublicKey keyFor(Path out) throws IdentityException, IOException {
        Path file = out.resolve(Identity.KEY);
        if (Files.exists(file)) {
            try {
                return CertificateMaker.publicKeyOf(IdentityFiles.readKey(file));
            } catch (GeneralSecurityException e) {
                throw new IdentityException(file + " is not a key on the curve P-256");
            }
        }
        KeyPair pair = CertificateMaker.newKeyPair();
        IdentityFiles.writeSecret(file, IdentityFiles.pem(pair.getPrivate()));
        return pair.getPublic();
    }

    /// An authority made here names its mesh by a URI without a path.
    private static String meshOf(X509Certificate certificate, Path file) throws IdentityException {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            for (List<?> name : names == null ? List.<List<?>>of() : names) {
                if (name.get(0).equals(URI) && name.get(1) instanceof String uri && uri.startsWith(MESH_SCHEME)) {
                    String mesh = uri.substring(MESH_SCHEME.length());
                    Member.requireLabel("mesh", mesh);
                    return mesh;
                }
            }
        } catch (CertificateParsingException | IllegalArgumentException e) {
            // said below
        }
        throw new IdentityException(file + " names no mesh (a URI spiffe://<mesh> as subject alternative name)");
    }
}
