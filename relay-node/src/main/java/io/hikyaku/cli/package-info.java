/// The command line: one class per command, each a thin shell around the program or library it starts.
/// Commands print their result on standard output, report failures by throwing, and leave exit codes and wording to
/// [io.hikyaku.cli.Hikyaku]; nothing outside this package writes to the terminal on their behalf. Here are those that
/// need a relay's code and no more; other modules add theirs as [io.hikyaku.cli.Subcommand].
@NullMarked
package io.hikyaku.cli;

import org.jspecify.annotations.NullMarked;
