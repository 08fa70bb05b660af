/// What a running node says about itself at `/api/v1/status` of its admin server, and `hikyaku status` prints: JSON,
/// written and read by the same records. Readers skip what they do not know, so that fields can be added.
@NullMarked
package io.hikyaku.status;

import org.jspecify.annotations.NullMarked;
