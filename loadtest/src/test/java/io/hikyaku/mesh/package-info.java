/// Tests of the whole: relays, bridges and brokers joined to meshes, with real callers and services at both ends. Most
/// run inside the test's process, which starts and ends in milliseconds; what needs a process of its own has one.
@NullMarked
package io.hikyaku.mesh;

import org.jspecify.annotations.NullMarked;
