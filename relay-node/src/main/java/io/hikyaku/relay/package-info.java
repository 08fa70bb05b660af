/// The relay program: links and routing, and nothing above them. It only puts the parts together, and starts and ends
/// them in order.
@NullMarked
package io.hikyaku.relay;

import org.jspecify.annotations.NullMarked;
