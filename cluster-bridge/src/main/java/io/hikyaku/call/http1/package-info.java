/// The messages of HTTP/1.1 (RFC 9112), parsed into a structure and written anew from it; bytes that nobody has parsed
/// are never passed on. The connections are in the packages below.
@NullMarked
package io.hikyaku.call.http1;

import org.jspecify.annotations.NullMarked;
