/// Exported and imported services, their ports and targets.
@NullMarked
package io.hikyaku.config.service;

import org.jspecify.annotations.NullMarked;
