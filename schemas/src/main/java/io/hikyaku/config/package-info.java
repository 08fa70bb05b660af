/// What the two programs are told: [BridgeConfig] and [RelayConfig], read from YAML into validated records. A reader
/// reports every finding of a file at once, each with its YAML path and line, as one [ConfigException]. The JSON
/// Schemas beside this package say the same for editors, and docs/CONFIGURATION.md for people; tests hold both
/// against the records. Uses Jackson's YAML parser and nothing else.
@NullMarked
package io.hikyaku.config;

import org.jspecify.annotations.NullMarked;
