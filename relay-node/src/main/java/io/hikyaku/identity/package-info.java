/// Who is who: members of a mesh, their certificates and the mesh's authority, the key of a running instance, what is
/// signed with them, and the TLS contexts of links and channels. Nothing here knows of packets or routes. Only the
/// authority uses BouncyCastle; everything that runs in a relay or a bridge uses the JDK and Netty's TLS.
@NullMarked
package io.hikyaku.identity;

import org.jspecify.annotations.NullMarked;
