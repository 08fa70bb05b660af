/// What changes while a program runs: its configuration and its identity, looked at now and then and at a signal.
@NullMarked
package io.hikyaku.node.reload;

import org.jspecify.annotations.NullMarked;
