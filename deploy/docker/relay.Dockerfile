# The relay, from the jars that `mvn package` leaves in relay-node/target/lib:
#   docker build -t hikyaku/relay -f deploy/docker/relay.Dockerfile .
FROM eclipse-temurin:25-jre

ARG VERSION=0.1.0-SNAPSHOT
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Hikyaku relay" \
      org.opencontainers.image.description="Carries encrypted packets between bridges" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="Apache-2.0"

WORKDIR /opt/hikyaku
COPY LICENSE NOTICE hikyaku ./
COPY relay-node/target/lib lib/

# The start-up cache, made as the launcher makes it, so that a pod is ready sooner. A mode is changed only where it has to
# be (a build under a strict umask), because each changed file is in the image twice.
RUN ln -s /opt/hikyaku/hikyaku /usr/local/bin/hikyaku \
    && HIKYAKU_JAVA_OPTS=-XX:AOTCacheOutput=lib/hikyaku.aot ./hikyaku version >/dev/null 2>&1 \
    && test -s lib/hikyaku.aot \
    && find . ! -perm -a=r -exec chmod a+rX {} +

# Of the container's memory 40 % are heap and, since Netty takes the same bound, another 40 % buffers of calls: so
# limits.budget and limits.route.budget together have to fit into 40 %. The rest is for classes, code and threads.
ENV HIKYAKU_JAVA_OPTS="-XX:MaxRAMPercentage=40 -XX:+ExitOnOutOfMemoryError"

# A number, so that Kubernetes sees without looking into the image that it is not root.
USER 65532:65532
STOPSIGNAL SIGTERM
# The launcher becomes the Java process, which so receives the signals.
ENTRYPOINT ["/opt/hikyaku/hikyaku"]
CMD ["relay", "--config", "/etc/hikyaku/config/relay.yaml"]
