package io.hikyaku.cli;

import java.util.concurrent.Callable;

/// A command that another module adds to `hikyaku`, found by [java.util.ServiceLoader].
///
/// The class carries picocli's `@Command(name = …)` and has a public constructor without arguments. `call` returns one
/// of [Exit]'s codes; a failure is thrown, never printed (see [Failures]).
public interface Subcommand extends Callable<Integer> {}
