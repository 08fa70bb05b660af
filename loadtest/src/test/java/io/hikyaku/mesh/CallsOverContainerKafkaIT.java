package io.hikyaku.mesh;

import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(names = {"CONTAINER_KAFKA", "RELAY_AND_CONTAINER_KAFKA"})
class CallsOverContainerKafkaIT extends CallsBetweenClusters {}
