package io.hikyaku.lab;

import io.hikyaku.cli.Hikyaku;
import java.io.IOException;

/// The main class of a Hikyaku program that must not outlive the process that started it: when standard input ends, the
/// process ends as on SIGTERM. The arguments are those of `./hikyaku`.
final class Child {
    private Child() {}

    static void main(String[] arguments) {
        Thread.ofPlatform().daemon().name("parent").start(Child::endWithInput);
        Hikyaku.main(arguments);
    }

    private static void endWithInput() {
        try {
            while (System.in.read() >= 0) {
                continue;
            }
        } catch (IOException gone) {
            // A broken pipe says the same as its end.
        }
        System.exit(0);
    }
}
