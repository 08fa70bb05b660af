package io.hikyaku.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatementTest {

    @TempDir
    private Path directory;

    @Test
    void saysWhoseInstanceItIs() throws Exception {
        // Given
        InstantSource clock = InstantSource.system();
        Member member = Member.cluster("demo", "osaka");
        Authority.init("demo", directory.resolve("ca"), clock)
                .issue(member, directory.resolve("osaka"), Duration.ofDays(1));
        Identity identity = Identity.load(directory.resolve("osaka"), clock);
        InstanceKey key = InstanceKey.generate();

        // When
        Statement statement = Statement.verify(Statement.sign(identity, key.publicKey()), identity.trust());

        // Then
        assertEquals(member, statement.member());
        assertEquals(key.nodeId(), statement.nodeId());
        assertEquals(key.publicKey(), statement.key());
        assertEquals(identity.notAfter(), statement.notAfter());
        assertEquals(identity.certificate(), statement.certificate());
    }
}
