/// Where a call goes: of the exporters of a service, to the near ones that can be reached and have few of our calls;
/// which of them are ejected after failures; and whether a call may be tried again. One [Balancer] per event loop,
/// filled from outside. Knows neither peers nor channels.
@NullMarked
package io.hikyaku.balance;

import org.jspecify.annotations.NullMarked;
