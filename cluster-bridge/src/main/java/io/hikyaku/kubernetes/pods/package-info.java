/// Which pod calls: the pods of this cluster by their addresses.
@NullMarked
package io.hikyaku.kubernetes.pods;

import org.jspecify.annotations.NullMarked;
