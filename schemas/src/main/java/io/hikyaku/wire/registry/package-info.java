/// The registry's documents (PROTOCOL.md §8.2): what each node says about itself, as JSON. Held to limits when made
/// and when read; signing and who may say what are the business of `io.hikyaku.registry`.
@NullMarked
package io.hikyaku.wire.registry;

import org.jspecify.annotations.NullMarked;
