/// What stands at every listening socket, whatever is spoken behind it: who comes in when many want to. Knows sockets,
/// and nothing of links or calls.
@NullMarked
package io.hikyaku.admission;

import org.jspecify.annotations.NullMarked;
