package io.hikyaku.call.observe.log;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Where lines are appended: standard output, or a file that is reopened when its name refers to another file or to
/// none, as after a rotation. Belongs to one thread.
final class LineFile implements AutoCloseable {
    private final @Nullable Path path;
    private @Nullable WritableByteChannel out;
    private @Nullable Object key;

    /// @param path empty: standard output
    LineFile(Optional<Path> path) {
        this.path = path.orElse(null);
    }

    /// Opens it, if it is not open or is no longer the file that its name refers to.
    void open() throws IOException {
        Path file = path;
        if (file == null) {
            if (out == null) {
                out = Channels.newChannel(new FileOutputStream(FileDescriptor.out));
            }
        } else if (out == null || !isCurrent(file)) {
            close();
            out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        }
    }

    private boolean isCurrent(Path file) throws IOException {
        try {
            Object now = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
            return key == null || key.equals(now);
        } catch (NoSuchFileException moved) {
            return false;
        }
    }

    void write(ByteBuffer bytes) throws IOException {
        WritableByteChannel to = out;
        if (to == null) {
            throw new IOException("not open");
        }
        while (bytes.hasRemaining()) {
            to.write(bytes);
        }
    }

    /// Standard output is not ours to close.
    @Override
    public void close() throws IOException {
        WritableByteChannel open = out;
        out = null;
        if (open != null && path != null) {
            open.close();
        }
    }
}
