/// What may be granted: the windows of a channel's streams, their share of the process's budget, and what queues of
/// senders take of it (decision 024).
@NullMarked
package io.hikyaku.stream.credit;

import org.jspecify.annotations.NullMarked;
