package io.hikyaku.identity.issue;

import io.hikyaku.identity.Identity;
import io.hikyaku.identity.IdentityException;
import io.hikyaku.identity.Pem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;

/// Writes identities so that a reader sees a file's old content or its new one, and so that only their owner can read
/// keys.
public final class IdentityFiles {

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> READABLE = PosixFilePermissions.fromString("rw-r--r--");
    private static final Set<PosixFilePermission> OWNER_DIRECTORY = PosixFilePermissions.fromString("rwx------");

    private IdentityFiles() {}

    static List<X509Certificate> readCertificates(Path file) throws IdentityException {
        try {
            return Pem.certificates(Identity.read(file));
        } catch (GeneralSecurityException e) {
            throw new IdentityException(file + " " + e.getMessage());
        }
    }

    static PrivateKey readKey(Path file) throws IdentityException {
        try {
            return Pem.privateKey(Identity.read(file));
        } catch (GeneralSecurityException e) {
            throw new IdentityException(file + " " + e.getMessage());
        }
    }

    public static String pem(PrivateKey key) {
        return Pem.encode("PRIVATE KEY", key.getEncoded());
    }

    public static String pem(List<X509Certificate> chain) {
        StringBuilder text = new StringBuilder();
        try {
            for (X509Certificate certificate : chain) {
                text.append(Pem.encode("CERTIFICATE", certificate.getEncoded()));
            }
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was just made cannot be encoded", e);
        }
        return text.toString();
    }

    /// Makes the directory and those above it. Only this one is closed to others, and only if it is new.
    static void makeDirectory(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        Files.createDirectories(directory);
        if (hasPermissions(directory)) {
            Files.setPosixFilePermissions(directory, OWNER_DIRECTORY);
        }
    }

    static void write(Path file, String text) throws IOException {
        replace(file, text, READABLE);
    }

    /// For keys: mode 0600 from the first byte on.
    static void writeSecret(Path file, String text) throws IOException {
        replace(file, text, OWNER_ONLY);
    }

    private static void replace(Path file, String text, Set<PosixFilePermission> permissions) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        // The JDK creates temporary files for the owner only.
        Path temporary = Files.createTempFile(directory, "." + file.getFileName(), ".new");
        try {
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            if (hasPermissions(temporary)) {
                Files.setPosixFilePermissions(temporary, permissions);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static boolean hasPermissions(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
