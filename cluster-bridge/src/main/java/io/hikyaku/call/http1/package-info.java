/// The messages of HTTP/1.1 (RFC 9112), parsed into their structure and written anew from it, never passed on as bytes
/// nobody has read. The connections are in the rooms below.
@NullMarked
package io.hikyaku.call.http1;

import org.jspecify.annotations.NullMarked;
