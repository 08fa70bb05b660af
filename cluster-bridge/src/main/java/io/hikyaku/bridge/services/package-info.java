/// The services of a running bridge: what it exports and says of it, and the listeners for what it imports.
@NullMarked
package io.hikyaku.bridge.services;

import org.jspecify.annotations.NullMarked;
