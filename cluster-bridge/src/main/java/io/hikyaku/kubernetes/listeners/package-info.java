/// The ports that the bridges of a cluster listen on for imported services, the same on each of them.
@NullMarked
package io.hikyaku.kubernetes.listeners;

import org.jspecify.annotations.NullMarked;
