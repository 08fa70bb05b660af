package io.hikyaku.discovery;

import io.hikyaku.service.Export;
import io.hikyaku.service.Import;
import java.util.List;

/// What a source has, or what all of them have together.
public record DiscoveredServices(List<Export> exports, List<Import> imports) {
    public static final DiscoveredServices NONE = new DiscoveredServices(List.of(), List.of());

    public DiscoveredServices {
        exports = List.copyOf(exports);
        imports = List.copyOf(imports);
    }
}
