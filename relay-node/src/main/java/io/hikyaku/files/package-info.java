/// Files that change while a program runs. Compares what they hold, and knows nothing of what it means.
@NullMarked
package io.hikyaku.files;

import org.jspecify.annotations.NullMarked;
