/// What both programs share around the layers: logging, the admin server with health, metrics and status, and how a
/// process starts and ends. Uses Vert.x for HTTP; knows neither links nor routes.
@NullMarked
package io.hikyaku.node;

import org.jspecify.annotations.NullMarked;
