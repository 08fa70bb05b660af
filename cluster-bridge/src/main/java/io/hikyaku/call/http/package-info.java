/// HTTP semantics (RFC 9110) without a version: which fields end at a hop, which characters may stand where, what is
/// forwarded and added, and the answers that a bridge gives itself. Knows no connection and no stream.
@NullMarked
package io.hikyaku.call.http;

import org.jspecify.annotations.NullMarked;
