/// How a configuration file writes exported and imported services.
@NullMarked
package io.hikyaku.config.service;

import org.jspecify.annotations.NullMarked;
