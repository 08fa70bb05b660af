/// Tests of the charts, the plain manifests and the images in `deploy`, with the programs that install them.
@NullMarked
package io.hikyaku.deploy;

import org.jspecify.annotations.NullMarked;
