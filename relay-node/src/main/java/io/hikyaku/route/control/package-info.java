/// What changes the routing table: neighbours, link states, and what other nodes are told. Everything happens on the
/// control loop.
@NullMarked
package io.hikyaku.route.control;

import org.jspecify.annotations.NullMarked;
