package io.hikyaku.discovery;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Merges what the sources of a bridge offer, and has it put in place. For any thread.
public final class Discovery {
    /// The source that is not asked but tells: the configuration file. It comes before all others.
    public static final String FILE = "file";

    private static final Logger LOG = LoggerFactory.getLogger(Discovery.class);

    private final ServiceTaker taker;
    private final Map<String, DiscoveredServices> bySource = new LinkedHashMap<>();
    private final List<ServiceSource> sources = new ArrayList<>();
    private final Set<String> awaited = new HashSet<>();
    private volatile List<String> findings = List.of();
    private Runnable whenComplete = () -> {};

    public Discovery(ServiceTaker taker) {
        this.taker = taker;
        bySource.put(FILE, DiscoveredServices.NONE);
    }

    /// Replaces what the configuration file has, as a whole or not at all.
    ///
    /// @throws IOException if an address cannot be listened on; then everything is as it was
    /// @throws io.hikyaku.config.yaml.ConfigException if an export cannot be made; then too
    public synchronized void replaceFile(DiscoveredServices services) throws IOException, InterruptedException {
        Map<String, DiscoveredServices> next = new LinkedHashMap<>(bySource);
        next.put(FILE, services);
        MergedServices merged = MergedServices.of(next);
        taker.takeAll(merged.services());
        bySource.put(FILE, services);
        note(merged.findings());
    }

    /// Adds a source, behind those that are there, and starts it.
    public void add(ServiceSource source) {
        synchronized (this) {
            if (bySource.putIfAbsent(source.name(), DiscoveredServices.NONE) != null) {
                throw new IllegalStateException("A source named " + source.name() + " is there already");
            }
            sources.add(source);
            awaited.add(source.name());
        }
        source.start(services -> offer(source.name(), services));
    }

    /// Runs the task once every source that was added has offered what it has: at once if none is awaited.
    public synchronized void whenComplete(Runnable task) {
        if (awaited.isEmpty()) {
            task.run();
        } else {
            whenComplete = task;
        }
    }

    private synchronized void offer(String source, DiscoveredServices services) throws InterruptedException {
        put(source, services);
        if (awaited.remove(source) && awaited.isEmpty()) {
            whenComplete.run();
        }
    }

    private void put(String source, DiscoveredServices services) throws InterruptedException {
        if (services.equals(bySource.get(source)) && findings.isEmpty()) {
            return;
        }
        bySource.put(source, services);
        MergedServices merged = MergedServices.of(bySource);
        List<String> all = new ArrayList<>(merged.findings());
        all.addAll(taker.takeUsable(merged.services()));
        note(all);
    }

    /// Each finding is told when it is new.
    private void note(List<String> now) {
        List<String> before = findings;
        now.stream().filter(one -> !before.contains(one)).forEach(one -> LOG.warn("left out: {}", one));
        findings = List.copyOf(now);
    }

    /// What is left out now, and why; in words for an operator.
    public List<String> findings() {
        return findings;
    }

    /// Ends the sources; what they offered stays in place.
    public void close() throws InterruptedException {
        List<ServiceSource> all;
        synchronized (this) {
            all = List.copyOf(sources);
            sources.clear();
        }
        for (ServiceSource source : all) {
            source.close();
        }
    }
}
