package io.hikyaku.kubernetes.control;

import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.hikyaku.kubernetes.imports.ObjectWriter;
import io.hikyaku.kubernetes.imports.Ownership;
import io.hikyaku.kubernetes.mcs.ServiceExport;
import io.hikyaku.kubernetes.mcs.ServiceImport;
import java.net.HttpURLConnection;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes by server-side apply, under a field manager of our own. The objects are ours, so what somebody else has
/// set in the fields that we write is overwritten.
final class ServerSideApply implements ObjectWriter {
    private static final Logger LOG = LoggerFactory.getLogger(ServerSideApply.class);
    private static final PatchContext APPLY = new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager(Ownership.MANAGER)
            .withForce(true)
            .build();

    private final KubernetesClient client;
    private final ClusterCache cache;
    private final String instance;
    private final BooleanSupplier mayWrite;
    final LongAdder writes = new LongAdder();

    /// @param instance of this bridge, for Events
    /// @param mayWrite asked before each write, since a leader may lose the Lease in the midst of a service
    ServerSideApply(KubernetesClient client, ClusterCache cache, String instance, BooleanSupplier mayWrite) {
        this.client = client;
        this.cache = cache;
        this.instance = instance;
        this.mayWrite = mayWrite;
    }

    private void begin() {
        refuseUnlessLeading();
        writes.increment();
    }

    private void refuseUnlessLeading() {
        if (!mayWrite.getAsBoolean()) {
            throw new CancellationException("this bridge leads no longer");
        }
    }

    @Override
    public <T extends HasMetadata> T apply(T object) {
        begin();
        T written = client.resource(object).patch(APPLY);
        remember(written);
        return written;
    }

    @Override
    public <T extends HasMetadata> T applyStatus(T object) {
        begin();
        T written = client.resource(object).subresource("status").patch(APPLY, object);
        remember(written);
        return written;
    }

    @Override
    public void delete(HasMetadata object) {
        begin();
        try {
            client.resource(object)
                    .lockResourceVersion(object.getMetadata().getResourceVersion())
                    .delete();
        } catch (KubernetesClientException refused) {
            if (refused.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
                throw refused;
            }
        }
        forget(object);
    }

    @Override
    public void warn(HasMetadata about, String reason, String message) {
        refuseUnlessLeading();
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        var metadata = about.getMetadata();
        try {
            client.v1()
                    .events()
                    .inNamespace(metadata.getNamespace())
                    .resource(new EventBuilder()
                            .withNewMetadata()
                            .withGenerateName(metadata.getName() + ".")
                            .withNamespace(metadata.getNamespace())
                            .endMetadata()
                            .withNewInvolvedObject()
                            .withApiVersion(about.getApiVersion())
                            .withKind(about.getKind())
                            .withNamespace(metadata.getNamespace())
                            .withName(metadata.getName())
                            .withUid(metadata.getUid())
                            .endInvolvedObject()
                            .withType("Warning")
                            .withReason(reason)
                            .withMessage(message)
                            .withNewSource()
                            .withComponent(Ownership.MANAGER)
                            .endSource()
                            .withReportingComponent("hikyaku.io/bridge")
                            .withReportingInstance(instance)
                            .withFirstTimestamp(now)
                            .withLastTimestamp(now)
                            .withCount(1)
                            .build())
                    .create();
        } catch (KubernetesClientException refused) { // it says nothing that a condition does not say
            LOG.debug("no event about {}: {}", metadata.getName(), refused.getMessage());
        }
    }

    private void remember(HasMetadata written) {
        switch (written) {
            case ServiceExport object -> cache.exports.onWritten(object);
            case ServiceImport object -> cache.imports.onWritten(object);
            case Service object -> cache.services.onWritten(object);
            case EndpointSlice object -> cache.slices.onWritten(object);
            default -> throw new IllegalStateException("Nobody watches " + written.getKind());
        }
    }

    private void forget(HasMetadata deleted) {
        switch (deleted) {
            case ServiceImport object -> cache.imports.onDeleted(object);
            case Service object -> cache.services.onDeleted(object);
            case EndpointSlice object -> cache.slices.onDeleted(object);
            default -> throw new IllegalStateException("Nothing deletes " + deleted.getKind());
        }
    }
}
