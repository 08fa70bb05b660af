/// How a bridge takes part in its Kubernetes cluster, as the configuration says.
@NullMarked
package io.hikyaku.config.kubernetes;

import org.jspecify.annotations.NullMarked;
