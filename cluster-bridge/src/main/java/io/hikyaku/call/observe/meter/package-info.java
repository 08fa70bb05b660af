/// Counters and histograms of calls by service, peer and outcome, and the calls that status shows.
@NullMarked
package io.hikyaku.call.observe.meter;

import org.jspecify.annotations.NullMarked;
