/// Where links come from: dialled, and dialled again for as long as they are wanted, or accepted. Uses
/// `io.hikyaku.link.session`.
@NullMarked
package io.hikyaku.link.dial;

import org.jspecify.annotations.NullMarked;
