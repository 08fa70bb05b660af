/// What is seen of each call while it is carried: one [Observation] that meters, the access log and spans are fed from,
/// and the marks on requests by which calls are found again. Knows the frames of calls, and nothing of the code that
/// carries them; costs a call one object and three looks at the clock.
@NullMarked
package io.hikyaku.call.observe;

import org.jspecify.annotations.NullMarked;
