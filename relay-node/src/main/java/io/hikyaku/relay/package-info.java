/// The relay program: links and routing, and nothing above them. It puts the parts together and starts and ends them in
/// order; what the parts do is theirs.
@NullMarked
package io.hikyaku.relay;

import org.jspecify.annotations.NullMarked;
