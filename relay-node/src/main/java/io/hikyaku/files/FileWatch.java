package io.hikyaku.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/// Notices when the content of files has changed. It reads them each time, since times and sizes lie: Kubernetes swaps
/// a symbolic link under the folder, editors put a new file in the old one's place, and a clock has ticks. For one
/// thread.
public final class FileWatch {
    /// No more of a file is looked at; nothing that is watched may be this large.
    private static final long MAX_BYTES = 16 << 20;

    private static final int PIECE_BYTES = 64 << 10;
    private static final String NOT_TO_BE_READ = "not to be read";

    private final List<Path> files;
    private List<String> seen = List.of();
    private List<String> taken = List.of();

    public FileWatch(List<Path> files) {
        this.files = List.copyOf(files);
    }

    /// Looks at the files.
    ///
    /// @return whether they hold something that was not taken yet, and held the same when they were looked at last:
    ///     the writer is done
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

    /// Whether they held, when they were looked at last, what was taken last.
    public boolean isAsTaken() {
        return seen.equals(taken);
    }

    /// Whether reading it would wait for a writer, as with a named pipe.
    public static boolean wouldWait(Path file) {
        return Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file);
    }

    static String contents(Path file) {
        if (wouldWait(file)) {
            return NOT_TO_BE_READ;
        }
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] piece = new byte[PIECE_BYTES];
            long read = 0;
            for (int length = in.read(piece); length >= 0 && read <= MAX_BYTES; length = in.read(piece)) {
                digest.update(piece, 0, length);
                read += length;
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            return NOT_TO_BE_READ;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-256", e);
        }
    }
}
