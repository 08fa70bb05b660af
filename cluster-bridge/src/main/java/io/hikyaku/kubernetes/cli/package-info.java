/// `hikyaku kube`, also known as `kubectl hikyaku`: commands for a cluster. They use Jackson and the command line, and
/// leave the cluster's API to `kubernetes.inspect`, `kubernetes.check` and `kubernetes.cleanup`, so that its client is
/// loaded only when it is needed.
@NullMarked
package io.hikyaku.kubernetes.cli;

import org.jspecify.annotations.NullMarked;
