/// Where exports and imports come from: sources, each of which tells all that it has, and what is made of them
/// together.
/// Knows neither the configuration nor Kubernetes; a new kind of source is one class that implements
/// [io.hikyaku.discovery.ServiceSource].
@NullMarked
package io.hikyaku.discovery;

import org.jspecify.annotations.NullMarked;
