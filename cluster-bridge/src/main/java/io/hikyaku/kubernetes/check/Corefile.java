package io.hikyaku.kubernetes.check;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// CoreDNS's configuration: whether it answers names under `clusterset.local`, and the same text mended. Everything but
/// what has to change stays as it is, comments and spaces too.
final class Corefile {
    static final String ZONE = "clusterset.local";
    private static final String PLUGIN = "kubernetes";
    private static final String MULTICLUSTER = "multicluster";
    private static final List<String> USUAL = List.of("cluster.local", ZONE, "in-addr.arpa", "ip6.arpa");

    /// What is wrong with it.
    enum Trouble {
        /// No server block has the plugin `kubernetes`.
        NO_PLUGIN("no server block has the plugin kubernetes"),
        /// The block with the plugin does not get the queries.
        NOT_IN_BLOCK("the server block with the plugin kubernetes does not serve " + ZONE),
        /// A block for the zone does something else with the queries, such as forward them.
        ELSEWHERE("another server block answers for " + ZONE),
        /// The plugin's zones lack it.
        NOT_A_ZONE("the plugin kubernetes does not have the zone " + ZONE),
        /// `multicluster` is missing, or names other zones.
        NOT_MULTICLUSTER("multicluster " + ZONE + " is missing in the plugin kubernetes"),
        /// A service whose slices have no address would not exist.
        EMPTY_IGNORED("ignore empty_service lets imported services vanish while no bridge is ready");

        private final String words;

        Trouble(String words) {
            this.words = words;
        }

        @Override
        public String toString() {
            return words;
        }
    }

    /// A server block.
    ///
    /// @param head number of the line that opens it
    /// @param keys zones with ports, as written
    private record Block(int head, List<String> keys, Optional<Plugin> plugin) {
        boolean serves(String zone) {
            return keys.stream().map(Corefile::zone).anyMatch(key -> key.equals(".") || key.equals(zone));
        }
    }

    /// The plugin `kubernetes` in a block.
    ///
    /// @param line that begins it
    /// @param body numbers of the lines of its options; empty if it has no braces
    private record Plugin(int line, List<String> zones, boolean braces, List<Integer> body) {}

    private final List<String> lines;
    private final List<Block> blocks = new ArrayList<>();

    private Corefile(String text) {
        lines = List.of(text.split("\n", -1));
    }

    static Corefile of(String text) {
        Corefile corefile = new Corefile(text);
        corefile.parse();
        return corefile;
    }

    private void parse() {
        int depth = 0;
        int head = 0;
        List<String> keys = new ArrayList<>();
        Optional<Plugin> plugin = Optional.empty();
        for (int i = 0; i < lines.size(); i++) {
            List<String> words = words(i);
            if (words.isEmpty()) {
                continue;
            }
            boolean opens = words.getLast().equals("{");
            boolean closes = words.getFirst().equals("}");
            if (depth == 0) {
                words.stream().filter(word -> !word.equals("{")).forEach(keys::add);
                head = i;
                plugin = Optional.empty();
            } else if (depth == 1 && words.getFirst().equals(PLUGIN)) {
                List<String> zones = words.subList(1, words.size() - (opens ? 1 : 0));
                plugin = Optional.of(new Plugin(i, List.copyOf(zones), opens, body(i, opens)));
            }
            depth += (opens ? 1 : 0) - (closes ? 1 : 0);
            if (closes && depth == 0) {
                blocks.add(new Block(head, List.copyOf(keys), plugin));
                keys.clear();
            }
        }
    }

    private List<Integer> body(int line, boolean opens) {
        List<Integer> body = new ArrayList<>();
        for (int i = line + 1; opens && i < lines.size() && !isClosing(i); i++) {
            body.add(i);
        }
        return body;
    }

    private boolean isClosing(int line) {
        List<String> words = words(line);
        return !words.isEmpty() && words.getFirst().equals("}");
    }

    /// Without the comment.
    private List<String> words(int line) {
        List<String> words = new ArrayList<>();
        for (String word : lines.get(line).strip().split("[\\s,]+")) {
            if (word.startsWith("#")) {
                break;
            }
            if (!word.isEmpty()) {
                words.add(word);
            }
        }
        return words;
    }

    /// Of `dns://example.org:53` or the like; `.` is all names.
    private static String zone(String key) {
        String zone = key.replaceFirst("^[a-z]+://", "").replaceFirst(":\\d+$", "");
        return zone.isEmpty() ? "." : zone.length() > 1 ? zone.replaceFirst("\\.$", "") : zone;
    }

    private Optional<Block> main() {
        List<Block> with =
                blocks.stream().filter(block -> block.plugin().isPresent()).toList();
        return with.stream()
                .filter(block -> block.plugin().orElseThrow().zones().contains(ZONE))
                .findFirst()
                .or(() -> with.stream()
                        .filter(block -> block.serves("cluster.local"))
                        .findFirst())
                .or(() -> with.stream().findFirst());
    }

    /// In the order in which they are to be mended; none: names are answered.
    Set<Trouble> troubles() {
        Set<Trouble> troubles = new LinkedHashSet<>();
        Optional<Block> main = main();
        if (main.isEmpty()) {
            troubles.add(Trouble.NO_PLUGIN);
            return troubles;
        }
        Block block = main.get();
        Plugin plugin = block.plugin().orElseThrow();
        if (!block.serves(ZONE)) {
            troubles.add(Trouble.NOT_IN_BLOCK);
        }
        if (blocks.stream().anyMatch(other -> !other.equals(block) && isFor(other))) {
            troubles.add(Trouble.ELSEWHERE);
        }
        if (!hasZone(block, plugin)) {
            troubles.add(Trouble.NOT_A_ZONE);
        }
        if (plugin.body().stream().map(this::words).noneMatch(Corefile::isMulticluster)) {
            troubles.add(Trouble.NOT_MULTICLUSTER);
        }
        if (plugin.body().stream().map(this::words).anyMatch(Corefile::ignoresEmpty)) {
            troubles.add(Trouble.EMPTY_IGNORED);
        }
        return troubles;
    }

    private static boolean isFor(Block block) {
        return block.keys().stream().map(Corefile::zone).anyMatch(ZONE::equals);
    }

    /// A plugin that names no zones has those of its block.
    private static boolean hasZone(Block block, Plugin plugin) {
        return plugin.zones().isEmpty() ? isFor(block) : plugin.zones().contains(ZONE);
    }

    private static boolean isMulticluster(List<String> words) {
        return !words.isEmpty() && words.getFirst().equals(MULTICLUSTER) && words.contains(ZONE);
    }

    private static boolean ignoresEmpty(List<String> words) {
        return words.size() > 1 && words.get(0).equals("ignore") && words.get(1).equals("empty_service");
    }

    /// The text with all troubles mended but [Trouble#NO_PLUGIN] and [Trouble#ELSEWHERE], which somebody has to
    /// decide about.
    String corrected() {
        Set<Trouble> troubles = troubles();
        if (troubles.contains(Trouble.NO_PLUGIN)) {
            return String.join("\n", lines);
        }
        Block block = main().orElseThrow();
        Plugin plugin = block.plugin().orElseThrow();
        List<String> text = new ArrayList<>(lines);
        Set<Integer> dropped = new HashSet<>();
        if (troubles.contains(Trouble.NOT_IN_BLOCK)) {
            String first = block.keys().getFirst();
            String key = first.replace(zone(first), ZONE);
            text.set(block.head(), text.get(block.head()).replaceFirst("\\{", key + " {"));
        }
        if (troubles.contains(Trouble.NOT_A_ZONE)) {
            text.set(plugin.line(), withZone(block, plugin, text.get(plugin.line())));
        }
        for (int line : plugin.body()) {
            if (ignoresEmpty(words(line))) {
                dropped.add(line);
            } else if (troubles.contains(Trouble.NOT_MULTICLUSTER)
                    && !words(line).isEmpty()
                    && words(line).getFirst().equals(MULTICLUSTER)) {
                text.set(line, text.get(line).stripTrailing() + " " + ZONE);
                troubles.remove(Trouble.NOT_MULTICLUSTER);
            }
        }
        if (troubles.contains(Trouble.NOT_MULTICLUSTER)) {
            addMulticluster(plugin, text);
        }
        return IntStream.range(0, text.size())
                .filter(line -> !dropped.contains(line))
                .mapToObj(text::get)
                .collect(Collectors.joining("\n"));
    }

    private static String withZone(Block block, Plugin plugin, String line) {
        List<String> zones = plugin.zones();
        if (zones.isEmpty() && !block.keys().stream().map(Corefile::zone).allMatch("."::equals)) {
            return line; // the block's own zones, which it has been given
        }
        String more = zones.isEmpty() ? String.join(" ", USUAL) : zones.getFirst() + " " + ZONE;
        return zones.isEmpty()
                ? line.replaceFirst(PLUGIN, PLUGIN + " " + more)
                : line.replaceFirst(Pattern.quote(zones.getFirst()), more);
    }

    private static void addMulticluster(Plugin plugin, List<String> text) {
        String line = text.get(plugin.line());
        String indent = indent(line);
        String option = (plugin.body().isEmpty()
                        ? indent + "  "
                        : indent(text.get(plugin.body().getFirst()))) + MULTICLUSTER + " " + ZONE;
        text.set(
                plugin.line(),
                plugin.braces() ? line + "\n" + option : line.stripTrailing() + " {\n" + option + "\n" + indent + "}");
    }

    private static String indent(String line) {
        return line.substring(0, line.length() - line.stripLeading().length());
    }

    @Override
    public String toString() {
        return String.join("\n", lines);
    }
}
