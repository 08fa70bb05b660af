/// What the two programs are told: [BridgeConfig] and [RelayConfig], read from YAML into validated records. The JSON
/// Schemas beside this package say the same for editors, and docs/CONFIGURATION.md for people; tests hold both against
/// the records.
@NullMarked
package io.hikyaku.config;

import org.jspecify.annotations.NullMarked;
