/// The command line: one class per command, each a thin shell around the program or library it starts.
/// Commands print their result on standard output, report failures by throwing, and leave exit codes and wording to
/// [io.hikyaku.cli.Hikyaku]; nothing outside this package writes to the terminal on their behalf.
@NullMarked
package io.hikyaku.cli;

import org.jspecify.annotations.NullMarked;
