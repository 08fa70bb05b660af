package io.hikyaku.lab;

import java.util.LinkedHashMap;
import java.util.Map;

/// The two ways in which [KafkaServer] listens, as settings of the broker.
final class BrokerListeners {
    private static final String PROTOCOLS = "listener.security.protocol.map";

    private BrokerListeners() {}

    static Map<String, String> plaintext() {
        return Map.of(PROTOCOLS, KafkaProcess.CLIENTS + ":PLAINTEXT," + KafkaProcess.CONTROLLER + ":PLAINTEXT");
    }

    /// A principal is the common name of a certificate. The controller's listener is secured likewise, so that no
    /// anonymous super user is needed.
    static Map<String, String> mutualTls(KafkaAuthority authority) {
        Map<String, String> settings = new LinkedHashMap<>(authority.stores(KafkaAuthority.BROKER));
        settings.put(PROTOCOLS, KafkaProcess.CLIENTS + ":SSL," + KafkaProcess.CONTROLLER + ":SSL");
        settings.put("ssl.client.auth", "required");
        for (String listener : new String[] {KafkaProcess.CLIENTS, KafkaProcess.CONTROLLER}) {
            settings.put(
                    "listener.name." + listener.toLowerCase(java.util.Locale.ROOT) + ".ssl.client.auth", "required");
        }
        settings.put("ssl.principal.mapping.rules", "RULE:^CN=([^,]+)(,.*)?$/$1/,DEFAULT");
        settings.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        settings.put("super.users", "User:" + KafkaAuthority.BROKER + ";User:" + KafkaAuthority.ADMINISTRATOR);
        settings.put("allow.everyone.if.no.acl.found", "false");
        return settings;
    }
}
