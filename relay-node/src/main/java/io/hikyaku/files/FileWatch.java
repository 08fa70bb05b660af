package io.hikyaku.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/// Notices that files hold something else than before. It reads them each time, for times and sizes lie: Kubernetes
/// swaps a symbolic link under the folder, editors put a new file in the old one's place, and a clock has ticks. For
/// one thread.
public final class FileWatch {
    /// More of a file is not looked at; nothing that is watched may be so large.
    private static final int MAX_BYTES = 8 << 20;

    private static final int CHUNK = 64 << 10;

    private final List<Path> files;
    private List<String> seen = List.of();
    private List<String> taken = List.of();

    public FileWatch(List<Path> files) {
        this.files = List.copyOf(files);
    }

    /// Looks at the files.
    ///
    /// @return whether they hold something that was not taken yet, and held the same when they were looked at last:
    ///     who writes them is done
    public boolean look() {
        List<String> now = files.stream().map(FileWatch::contents).toList();
        boolean settled = now.equals(seen);
        seen = now;
        return settled && !now.equals(taken);
    }

    /// What was seen last has been dealt with.
    public void take() {
        taken = seen;
    }

    static String contents(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] chunk = new byte[CHUNK];
            int total = 0;
            for (int read = in.read(chunk); read >= 0 && total <= MAX_BYTES; read = in.read(chunk)) {
                digest.update(chunk, 0, read);
                total += read;
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            return "not to be read";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-256", e);
        }
    }
}
