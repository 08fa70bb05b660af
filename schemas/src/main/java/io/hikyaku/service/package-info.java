/// Exported and imported services as the running bridge has them, with their ports, targets and policies. Sources make
/// them: the configuration file, Kubernetes, others.
@NullMarked
package io.hikyaku.service;

import org.jspecify.annotations.NullMarked;
