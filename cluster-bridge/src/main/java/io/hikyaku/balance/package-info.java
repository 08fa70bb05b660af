/// Where a call goes: of the endpoints that export a service, the near ones that have few calls of ours and can be
/// reached; which of them are ejected after failures; and whether a call may be tried again. One [Balancer] per event
/// loop, fed from outside. Knows neither peers nor channels.
@NullMarked
package io.hikyaku.balance;

import org.jspecify.annotations.NullMarked;
