/// The mesh's authority: issues certificates. The only package that uses BouncyCastle.
@NullMarked
package io.hikyaku.identity.issue;

import org.jspecify.annotations.NullMarked;
