package io.hikyaku.config;

/// One way to the other clusters; a bridge may have several at the same time.
public sealed interface LinkConfig permits RelayLink, KafkaLink {

    static LinkConfig read(Setting setting) {
        Section section = setting.section();
        var link = section.<LinkConfig>either("relay", RelayLink::read, "kafka", KafkaLink::read);
        return section.build(link);
    }

    /// What no two links share: a relay is dialled once, however often it is named; and of Kafka there is one.
    static Object identity(LinkConfig link) {
        return switch (link) {
            case RelayLink(LinkUrl relay) -> relay;
            case KafkaLink kafka -> KafkaLink.class;
        };
    }
}
