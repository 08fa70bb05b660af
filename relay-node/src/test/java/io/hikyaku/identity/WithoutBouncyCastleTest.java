package io.hikyaku.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.identity.issue.Authority;
import io.hikyaku.identity.tls.ChannelTls;
import io.hikyaku.identity.tls.LinkTls;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslProvider;
import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a running relay or bridge does with its identity, on a class path that lacks BouncyCastle.
class WithoutBouncyCastleTest {

    @TempDir
    private Path directory;

    @Test
    void identitiesStatementsAndTlsWork() throws Exception {
        // Given
        Identity osaka = TestCertificates.identity(directory, Member.cluster("demo", "osaka"), TestCertificates.CLOCK);

        // When
        Object said = inside(Program.class, directory.resolve("demo-cluster-osaka"));

        // Then
        assertEquals(osaka.member() + " and " + osaka.member(), said);
    }

    @Test
    void andTheAuthorityDoesNot() {
        InvocationTargetException failure =
                assertThrows(InvocationTargetException.class, () -> inside(Issuing.class, directory));
        assertInstanceOf(NoClassDefFoundError.class, failure.getCause());
    }

    /// Runs a program of this test with classes of its own.
    private static Object inside(Class<? extends Function<Path, String>> program, Path argument) throws Exception {
        URL[] classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !new File(entry).getName().startsWith("bc"))
                .map(WithoutBouncyCastleTest::url)
                .toArray(URL[]::new);
        assertTrue(classPath.length > 1, "a class path of jars, not of one manifest");
        try (URLClassLoader classes = new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader())) {
            Object instance =
                    classes.loadClass(program.getName()).getConstructor().newInstance();
            return instance.getClass().getMethod("apply", Object.class).invoke(instance, argument);
        }
    }

    private static URL url(String entry) {
        try {
            return new File(entry).toURI().toURL();
        } catch (MalformedURLException e) {
            throw new AssertionError(e);
        }
    }

    /// Everything but issuing.
    public static final class Program implements Function<Path, String> {
        @Override
        public String apply(Path identityDirectory) {
            try {
                Identity identity = Identity.load(identityDirectory, TestClock.NOW);
                String statement =
                        Statement.sign(identity, InstanceKey.generate().publicKey());
                for (SslProvider provider : new SslProvider[] {SslProvider.JDK, SslProvider.OPENSSL}) {
                    LinkTls links = new LinkTls(identity, Member::isRelay, provider);
                    links.client(ByteBufAllocator.DEFAULT, LinkTls.Protocol.PACKETS, "relay.example");
                    links.server(ByteBufAllocator.DEFAULT, LinkTls.Protocol.PACKETS);
                }
                SSLEngine client = new ChannelTls(identity).client(Member::isCluster);
                TlsHandshake.complete(client, new ChannelTls(identity).server(Member::isCluster));
                return Statement.verify(statement, identity.trust()).member() + " and "
                        + MeshTrust.memberOf(client.getSession());
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }

    /// What needs the missing jars.
    public static final class Issuing implements Function<Path, String> {
        @Override
        public String apply(Path authorityDirectory) {
            try {
                return Authority.init("demo", authorityDirectory.resolve("ca"), TestClock.NOW)
                        .toString();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }
}
