/// What an imported service becomes in this cluster: a ServiceImport, a derived Service with an address, EndpointSlices
/// that lead to the bridge's pods, and the ports that these listen on.
@NullMarked
package io.hikyaku.kubernetes.imports;

import org.jspecify.annotations.NullMarked;
