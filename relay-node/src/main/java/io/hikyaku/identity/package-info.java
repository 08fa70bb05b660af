/// Identities: the members of a mesh, their certificates, the key of a running instance, and what is signed with them.
/// Nothing here knows of packets or routes. Only `io.hikyaku.identity.issue` uses BouncyCastle; everything that runs in
/// a relay or a bridge uses the JDK and Netty's TLS.
@NullMarked
package io.hikyaku.identity;

import org.jspecify.annotations.NullMarked;
