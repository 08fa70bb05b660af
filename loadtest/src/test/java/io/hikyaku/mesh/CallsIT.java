package io.hikyaku.mesh;

import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(
        mode = EnumSource.Mode.EXCLUDE,
        names = {"CONTAINER_KAFKA", "RELAY_AND_CONTAINER_KAFKA"})
class CallsIT extends CallsBetweenClusters {}
