/// The admin server: health, metrics and status, which keeps answering probes however many connections are held open.
@NullMarked
package io.hikyaku.node.admin;

import org.jspecify.annotations.NullMarked;
