package io.hikyaku.config;

import io.hikyaku.config.value.LinkUrl;
import io.hikyaku.config.yaml.Section;
import io.hikyaku.config.yaml.Setting;

/// One connection to the other clusters; a bridge may have several at the same time.
public sealed interface LinkConfig permits RelayLink, KafkaLink {

    static LinkConfig read(Setting setting) {
        Section section = setting.section();
        var link = section.<LinkConfig>either("relay", RelayLink::read, "kafka", KafkaLink::read);
        return section.build(link);
    }

    /// For telling links apart: a relay is dialled once, however often it is named.
    static Object relay(LinkConfig link) {
        return link instanceof RelayLink(LinkUrl relay) ? relay : new Object();
    }

    /// For telling links apart: of Kafka there is one.
    static Object kafka(LinkConfig link) {
        return link instanceof KafkaLink ? KafkaLink.class : new Object();
    }
}
