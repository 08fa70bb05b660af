/// The routing table, immutable, and what it is made from: neighbours with their links, link states, and shortest
/// paths.
@NullMarked
package io.hikyaku.route.table;

import org.jspecify.annotations.NullMarked;
