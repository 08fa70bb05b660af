package io.hikyaku.project;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.hikyaku.loop.Deadline;
import io.hikyaku.loop.NettyLoop;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which package may know which. Arrows between modules are Maven's business; these are the ones inside them.
class ArchitectureTest {
    /// All packages: each may know those before it.
    private static final List<String> LOWEST_FIRST = List.of("""
            wire wire.link wire.route wire.channel wire.stream wire.call wire.registry
            config.value config.yaml config.limits service config.service config.kubernetes config status
            loop net.name net files identity identity.tls identity.issue
            link link.admission link.session link.dial
            route.table route.control route
            registry registry.flood registry.topic
            kafka kafka.transport kafka.registry kafka.prepare
            node.log node.reload node.admin node relay cli
            channel.crypto channel.handshake channel
            stream.credit stream stream.local
            call.observe call.observe.log call.observe.meter call balance
            call.socket call.attempt call.http.field call.http call.exchange
            call.http1 call.http1.server call.http1.client
            call.http2 call.http2.server call.http2.client
            call.dial call.pool call.export call.tcp call.listen
            tracing discovery
            kubernetes.mcs kubernetes.client kubernetes.merge kubernetes.export kubernetes.listeners
            kubernetes.imports kubernetes.pods kubernetes.lease kubernetes.control
            kubernetes.inspect kubernetes.check kubernetes.cleanup
            kubernetes.cli bridge.shard bridge.services bridge
            lab demo bench
            """.strip().split("\\s+"));

    private static JavaClasses code;

    @BeforeAll
    static void readTheProgram() {
        code = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .withImportOption(location -> !location.contains("-tests.jar"))
                .importPackages("io.hikyaku");
    }

    /// A layer uses the one below it, classes and frames: nothing of those above, and nothing of those further
    /// down.
    @ParameterizedTest
    @CsvSource({
        "link, route channel stream call",
        "route, channel stream call",
        "channel, link stream call",
        "stream, link route call",
        "call, link route channel",
    })
    void aLayerKnowsOnlyTheOneBelow(String layer, String others) {
        String[] packages = Stream.of(others.split(" "))
                .flatMap(other -> Stream.of(tree(other), tree("wire." + other)))
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage(tree(layer))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packages)
                .check(code);
    }

    @Test
    void layersKnowNeitherWhatStandsBesideThemNorThePrograms() {
        noClasses()
                .that()
                .resideInAnyPackage(trees("link", "route", "channel", "stream", "call"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(trees("registry", "kafka", "relay", "bridge", "cli", "lab", "demo", "bench"))
                .check(code);
    }

    @Test
    void nothingOfTheBridgeButItsCommandKnowsTheCommandLine() {
        noClasses()
                .that()
                .resideInAPackage(tree("bridge"))
                .and()
                .doNotHaveSimpleName("BridgeCommand")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(tree("cli"))
                .check(code);
    }

    @Test
    void theWireFormatKnowsNothingButItself() {
        noClasses()
                .that()
                .resideInAPackage(tree("wire"))
                .should()
                .dependOnClassesThat(oursOutsideOf("io.hikyaku.wire.."))
                .check(code);
    }

    @ParameterizedTest
    @CsvSource({"link", "route", "channel", "stream", "call"})
    void theFramesOfALayerKnowNoOtherLayersFrames(String layer) {
        noClasses()
                .that()
                .resideInAPackage("io.hikyaku.wire." + layer)
                .should()
                .dependOnClassesThat(oursOutsideOf("io.hikyaku.wire", "io.hikyaku.wire." + layer))
                .check(code);
    }

    @Test
    void configurationKnowsNoneOfItsReaders() {
        noClasses()
                .that()
                .resideInAPackage(tree("config"))
                .should()
                .dependOnClassesThat(oursOutsideOf("io.hikyaku.config..", "io.hikyaku.service..", "io.hikyaku.wire.."))
                .check(code);
    }

    @Test
    void nothingInTheProgramsStartsKafkaClassesButItsTransport() {
        noClasses()
                .that()
                .resideOutsideOfPackages(trees("kafka", "cli", "lab", "demo", "bench"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.kafka..")
                .check(code);
    }

    @Test
    void nothingButTracingKnowsOpenTelemetry() {
        noClasses()
                .that()
                .resideOutsideOfPackage(tree("tracing"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.opentelemetry..")
                .check(code);
    }

    @Test
    void nothingButTheKubernetesSideKnowsItsClient() {
        noClasses()
                .that()
                .resideOutsideOfPackage(tree("kubernetes"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.fabric8..")
                .check(code);
    }

    /// The command line makes an object of each command at every start, and so loads what their members name.
    @Test
    void noCommandMakesTheProgramLoadTheClientOfKubernetes() {
        noClasses()
                .that()
                .resideInAPackage("io.hikyaku.kubernetes.cli")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.fabric8..")
                .check(code);
    }

    @Test
    void nothingButWhatStartsTheBridgeKnowsTracing() {
        noClasses()
                .that()
                .resideOutsideOfPackages(trees("tracing", "bridge"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(tree("tracing"))
                .check(code);
    }

    /// The same code runs in a simulator with virtual time and a virtual network.
    @Test
    void channelAndStreamDoNoInputOrOutputAndStartNoThreads() {
        noClasses()
                .that()
                .resideInAnyPackage(trees("channel", "stream"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.net..", "java.nio.channels..", "io.netty.channel..", "io.vertx..")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Thread.class)
                .orShould()
                .dependOnClassesThat()
                .belongToAnyOf(NettyLoop.class, Deadline.class)
                .check(code);
    }

    @Test
    void channelAndStreamReadNoClock() {
        noClasses()
                .that()
                .resideInAnyPackage(trees("channel", "stream"))
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Clock.class)
                .check(code);
    }

    @Test
    void kafkaKnowsWhatPacketsAreSentToAndNothingOfRoutes() {
        noClasses()
                .that()
                .resideInAPackage(tree("kafka"))
                .should()
                .dependOnClassesThat(oursOutsideOf(
                        "io.hikyaku.kafka..",
                        "io.hikyaku.link",
                        "io.hikyaku.loop",
                        "io.hikyaku.net",
                        "io.hikyaku.files",
                        "io.hikyaku.wire.."))
                .check(code);
    }

    @Test
    void nothingButTheBridgeAndTheCommandLineKnowsKafka() {
        noClasses()
                .that()
                .resideOutsideOfPackages(trees("kafka", "bridge", "cli", "lab", "demo", "bench"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(tree("kafka"))
                .check(code);
    }

    @Test
    void nothingButTheAuthorityKnowsBouncyCastle() {
        noClasses()
                .that()
                .resideOutsideOfPackages(trees("identity.issue", "lab"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.bouncycastle..")
                .check(code);
    }

    @Test
    void everyPackageHasItsPlace() {
        Set<String> packages = code.stream().map(ArchitectureTest::room).collect(Collectors.toCollection(TreeSet::new));
        assertEquals(new TreeSet<>(LOWEST_FIRST), packages);
    }

    @Test
    void noArrowRunsUp() {
        List<String> up = code.stream()
                .flatMap(origin -> origin.getDirectDependenciesFromSelf().stream())
                .filter(arrow -> arrow.getTargetClass().getPackageName().startsWith("io.hikyaku"))
                .filter(arrow -> LOWEST_FIRST.indexOf(room(arrow.getTargetClass()))
                        > LOWEST_FIRST.indexOf(room(arrow.getOriginClass())))
                .map(arrow -> arrow.getOriginClass().getName() + " to "
                        + arrow.getTargetClass().getName())
                .distinct()
                .toList();
        assertEquals(List.of(), up);
    }

    /// The package of a class, without what all have in common.
    private static String room(JavaClass of) {
        return of.getPackageName().substring("io.hikyaku.".length());
    }

    private static DescribedPredicate<JavaClass> oursOutsideOf(String... packages) {
        return resideInAPackage("io.hikyaku..").and(resideOutsideOfPackages(packages));
    }

    private static String tree(String name) {
        return "io.hikyaku." + name + "..";
    }

    private static String[] trees(String... names) {
        return Stream.of(names).map(ArchitectureTest::tree).toArray(String[]::new);
    }
}
