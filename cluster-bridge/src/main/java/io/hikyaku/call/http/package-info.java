/// HTTP semantics (RFC 9110) without a version: what a request asks for, its limits in time and number, and the
/// responses that a bridge makes itself. Knows no connection and no stream.
@NullMarked
package io.hikyaku.call.http;

import org.jspecify.annotations.NullMarked;
