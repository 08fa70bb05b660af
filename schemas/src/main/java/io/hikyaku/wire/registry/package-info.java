/// The registry's documents (PROTOCOL.md §8.2): what each node says about itself, as JSON. Limits are checked when they
/// are made and when they are read; signing, and what a node may say, are the business of `io.hikyaku.registry`.
@NullMarked
package io.hikyaku.wire.registry;

import org.jspecify.annotations.NullMarked;
