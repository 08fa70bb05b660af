/// Looks at a cluster from outside, with the rights of whoever asks: the bridge's Deployment and pods, what they say of
/// themselves through the API server, exports and imports. Objects are read as JSON, as they are; nothing is written.
@NullMarked
package io.hikyaku.kubernetes.inspect;

import org.jspecify.annotations.NullMarked;
