package io.hikyaku.cli;

import io.hikyaku.identity.IdentityException;
import io.hikyaku.identity.Member;
import io.hikyaku.identity.issue.Authority;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `hikyaku authority`: a mesh's certificate authority in a directory, and the identities that it issues.
@Command(
        name = "authority",
        description = "Makes a mesh's authority and its members' identities.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {AuthorityCommand.Init.class, AuthorityCommand.Issue.class})
final class AuthorityCommand {

    private AuthorityCommand() {}

    /// `hikyaku authority init`.
    @Command(name = "init", description = "Makes the authority of a new mesh: ca.crt and ca.key, which stays secret.")
    static final class Init implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Option(names = "--mesh", required = true, paramLabel = "NAME", description = "The mesh's name.")
        private String mesh;

        @Option(
                names = "--directory",
                required = true,
                paramLabel = "CA",
                description = "Where the authority is kept; made if it is not there.")
        private Path directory;

        @Override
        public Integer call() throws IdentityException, IOException {
            try {
                Authority authority = Authority.init(mesh, directory, InstantSource.system());
                spec.commandLine()
                        .getOut()
                        .println("authority of mesh " + authority.mesh() + " in " + directory + ", valid until "
                                + authority.certificate().getNotAfter().toInstant());
                return Exit.DONE;
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), e.getMessage(), e);
            }
        }
    }

    /// `hikyaku authority issue`.
    @Command(
            name = "issue",
            description = "Issues a member's identity: tls.crt, tls.key and ca.crt. Issued again, the key stays.")
    static final class Issue implements Callable<Integer> {
        private static final int MAX_DAYS = 3650;

        @Spec
        private CommandSpec spec;

        @Option(names = "--directory", required = true, paramLabel = "CA", description = "Where the authority is kept.")
        private Path directory;

        @ArgGroup(multiplicity = "1")
        private Who who;

        @Option(
                names = "--out",
                required = true,
                paramLabel = "DIR",
                description = "Where the identity goes; made if it is not there.")
        private Path out;

        @Option(
                names = "--days",
                defaultValue = "90",
                paramLabel = "DAYS",
                description = "How long the certificate is valid (default: ${DEFAULT-VALUE}).")
        private int days;

        @Override
        public Integer call() throws IdentityException, IOException {
            if (days < 1 || days > MAX_DAYS) {
                throw new ParameterException(spec.commandLine(), "--days is " + days + ", not 1 to " + MAX_DAYS);
            }
            Authority authority = Authority.open(directory, InstantSource.system());
            Member member = member(authority.mesh());
            X509Certificate certificate = authority.issue(member, out, Duration.ofDays(days));
            spec.commandLine()
                    .getOut()
                    .println(member + " in " + out + ", valid until "
                            + certificate.getNotAfter().toInstant());
            return Exit.DONE;
        }

        private Member member(String mesh) {
            try {
                return who.cluster != null ? Member.cluster(mesh, who.cluster) : Member.relay(mesh, who.relay);
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), e.getMessage(), e);
            }
        }
    }

    /// Exactly one of them.
    static final class Who {
        @Option(names = "--cluster", required = true, paramLabel = "NAME", description = "A cluster of the mesh.")
        private @Nullable String cluster;

        @Option(names = "--relay", required = true, paramLabel = "NAME", description = "A relay of the mesh.")
        private String relay = "";
    }
}
