/// What a ServiceExport, its Service and the Service's EndpointSlices come to: pure functions from Kubernetes objects
/// to exports of the running bridge, and to the conditions of the ServiceExport.
@NullMarked
package io.hikyaku.kubernetes.export;

import org.jspecify.annotations.NullMarked;
