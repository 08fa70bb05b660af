/// Where a call goes: of the instances that export a service, the near ones that have few calls of ours and can be
/// reached; and whether it may be tried again. One [Balancer] per event loop, fed from outside. Calls ask it through
/// interfaces of their own; it knows neither peers nor channels.
@NullMarked
package io.hikyaku.policy;

import org.jspecify.annotations.NullMarked;
