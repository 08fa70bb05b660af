package io.hikyaku.cli;

import io.netty.handler.ssl.OpenSsl;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.util.Properties;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `hikyaku version`: what to name in a bug report.
@Command(name = "version", description = "Prints the version, the JDK and the TLS provider in use.")
public final class VersionCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        out.println("hikyaku " + version());
        out.println("jdk     " + Runtime.version() + " (" + System.getProperty("java.vendor") + ")");
        out.println("tls     " + (OpenSsl.isAvailable() ? OpenSsl.versionString() : "JDK"));
        return Exit.DONE;
    }

    /// The version of the build, written into a resource by Maven.
    public static String version() throws IOException {
        Properties build = new Properties();
        try (InputStream in = VersionCommand.class.getResourceAsStream("build.properties")) {
            if (in == null) {
                throw new IllegalStateException("build.properties is missing from the jar of " + VersionCommand.class);
            }
            build.load(in);
        }
        return build.getProperty("version");
    }
}
