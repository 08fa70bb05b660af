/// What may be wrong with a bridge in a Kubernetes cluster, looked for from outside with the rights of whoever asks;
/// for each trouble one line that says how to mend it. Nothing is changed.
@NullMarked
package io.hikyaku.kubernetes.check;

import org.jspecify.annotations.NullMarked;
