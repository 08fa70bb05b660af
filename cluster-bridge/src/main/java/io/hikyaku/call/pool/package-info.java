/// The connections that are kept to the targets of an HTTP port, and the requests that wait for one.
@NullMarked
package io.hikyaku.call.pool;

import org.jspecify.annotations.NullMarked;
