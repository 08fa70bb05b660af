/// TLS contexts of links and channels.
@NullMarked
package io.hikyaku.identity.tls;

import org.jspecify.annotations.NullMarked;
