/// What this bridge exports: which port a new stream is for, and the ports that speak HTTP with the connections to
/// their targets. Sits above the packages of the protocols.
@NullMarked
package io.hikyaku.call.export;

import org.jspecify.annotations.NullMarked;
