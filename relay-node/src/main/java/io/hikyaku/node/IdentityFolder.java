package io.hikyaku.node;

import io.hikyaku.identity.Identity;
import io.hikyaku.identity.IdentityException;
import io.hikyaku.identity.Member;
import io.hikyaku.node.reload.IdentityReload;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Where a node's identity is, and which member it must belong to.
///
/// @param name null: any
record IdentityFolder(
        Path directory,
        String mesh,
        Member.Kind kind,
        @Nullable String name) implements IdentityReload.Files {
    @Override
    public List<Path> paths() {
        return Identity.files(directory);
    }

    @Override
    public Identity load() throws IdentityException {
        Identity identity = Identity.load(directory, InstantSource.system());
        require(identity.member());
        return identity;
    }

    private void require(Member member) throws IdentityException {
        List<String> problems = new ArrayList<>();
        if (member.kind() != kind) {
            problems.add("the certificate is that of " + member + ", which is not a "
                    + kind.name().toLowerCase(Locale.ROOT));
        } else if (name != null && !member.name().equals(name)) {
            problems.add("the certificate is that of " + member + ", the configuration is that of " + name);
        }
        if (!member.mesh().equals(mesh)) {
            problems.add("the certificate is of mesh " + member.mesh() + ", the configuration of mesh " + mesh);
        }
        if (!problems.isEmpty()) {
            throw new IdentityException(problems);
        }
    }
}
