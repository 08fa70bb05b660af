/// HTTP calls without their version: the two ends of an exchange, each between a stream and a connection of whatever
/// version, and what both versions hold to (which fields end at a hop, which bytes may stand where). Uses
/// `io.hikyaku.call`.
@NullMarked
package io.hikyaku.call.exchange;

import org.jspecify.annotations.NullMarked;
