/// What is observed of each call while it is carried: one [Observation], from which meters, the access log and spans
/// are fed, and the marks on requests by which calls can be found again. Knows the frames of calls, but not the code
/// that carries them; costs a call one object and three looks at the clock.
@NullMarked
package io.hikyaku.call.observe;

import org.jspecify.annotations.NullMarked;
