package io.hikyaku.discovery;

import io.hikyaku.config.value.HostPort;
import io.hikyaku.service.Export;
import io.hikyaku.service.Import;
import io.hikyaku.service.ImportPort;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The services of several sources made one. Where two have the same export, or want the same address for an import,
/// the first one's counts, and the other's is a finding.
///
/// @param findings what was left out and why, in words for an operator
public record MergedServices(DiscoveredServices services, List<String> findings) {
    /// @param bySource in the order of precedence
    public static MergedServices of(Map<String, DiscoveredServices> bySource) {
        List<String> findings = new ArrayList<>();
        List<Export> exports = exports(bySource, findings);
        List<Import> imports = imports(bySource, findings);
        return new MergedServices(new DiscoveredServices(exports, imports), List.copyOf(findings));
    }

    private static List<Export> exports(Map<String, DiscoveredServices> bySource, List<String> findings) {
        Map<String, String> owners = new HashMap<>();
        List<Export> merged = new ArrayList<>();
        bySource.forEach((source, services) -> {
            for (Export export : services.exports()) {
                String name = export.service().toString();
                String owner = owners.putIfAbsent(name, source);
                if (owner == null) {
                    merged.add(export);
                } else {
                    findings.add(name + " is exported by " + owner + " and by " + source + "; that of " + owner
                            + " is in use");
                }
            }
        });
        return merged;
    }

    private static List<Import> imports(Map<String, DiscoveredServices> bySource, List<String> findings) {
        Map<HostPort, String> owners = new HashMap<>();
        List<Import> merged = new ArrayList<>();
        bySource.forEach((source, services) -> {
            for (Import one : services.imports()) {
                List<ImportPort> ports = new ArrayList<>();
                for (ImportPort port : one.ports()) {
                    String owner = port.listen().port() == 0 ? null : owners.putIfAbsent(port.listen(), source);
                    if (owner == null) {
                        ports.add(port);
                    } else {
                        findings.add(one.name() + " of " + source + " wants " + port.listen() + ", which " + owner
                                + " has already");
                    }
                }
                merged.add(one.with(ports));
            }
        });
        return merged;
    }
}
