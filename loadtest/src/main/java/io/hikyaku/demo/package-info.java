/// `./hikyaku demo`: three clusters, a relay and a real Kafka on this machine, and calls between them, shown in a table
/// that a newcomer understands. Uses the lab to start everything.
@NullMarked
package io.hikyaku.demo;

import org.jspecify.annotations.NullMarked;
