package io.hikyaku.config.yaml;

/// Something wrong in a configuration file.
///
/// @param path of the value in the document, as in `exports[0].ports[1].target`; empty for the document as a whole
/// @param line counted from 1; 0 when there is none
/// @param message what is wrong and what would be right; never a value that may be secret
public record Finding(String path, int line, String message) {

    private static final int MAX_LENGTH = 500;

    public Finding {
        path = printable(path);
        message = printable(message);
    }

    // Both may repeat what the file holds; a finding stays one readable line of a log.
    private static String printable(String text) {
        String line = text.replaceAll("\\p{Cntrl}", "?");
        return line.length() <= MAX_LENGTH ? line : line.substring(0, MAX_LENGTH) + "…";
    }

    @Override
    public String toString() {
        String place = path.isEmpty() ? "" : path + ": ";
        return line == 0 ? place + message : "line " + line + ": " + place + message;
    }
}
