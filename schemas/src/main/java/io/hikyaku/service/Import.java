package io.hikyaku.service;

import io.hikyaku.config.value.ServiceName;
import java.util.List;

/// A service of any cluster that programs of this one may call.
///
/// @param ports one at least, with different numbers
public record Import(ServiceName service, List<ImportPort> ports) {

    public Import {
        ports = List.copyOf(ports);
    }
}
