/// What a call writes on its stream (PROTOCOL.md §7): the metadata of OPEN, and version-neutral HTTP messages.
@NullMarked
package io.hikyaku.wire.call;

import org.jspecify.annotations.NullMarked;
