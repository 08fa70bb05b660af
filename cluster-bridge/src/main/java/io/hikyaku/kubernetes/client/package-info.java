/// The way to a Kubernetes API server: a client over Vert.x, with bounds on time and on repeats. Nothing
/// outside of `io.hikyaku.kubernetes` knows the client's library, and nothing of it is loaded where the configuration
/// does not ask for Kubernetes.
@NullMarked
package io.hikyaku.kubernetes.client;

import org.jspecify.annotations.NullMarked;
