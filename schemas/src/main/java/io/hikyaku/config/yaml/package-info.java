/// Reads YAML into records. Reports every finding of a file at once, each with its YAML path and line, as one
/// [ConfigException]. Uses Jackson's YAML parser and nothing else.
@NullMarked
package io.hikyaku.config.yaml;

import org.jspecify.annotations.NullMarked;
