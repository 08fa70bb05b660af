/// `hikyaku kube`: commands for a cluster. They use Jackson and the command line; a command that needs the cluster's
/// API
/// loads its client only when it runs.
@NullMarked
package io.hikyaku.kubernetes.cli;

import org.jspecify.annotations.NullMarked;
