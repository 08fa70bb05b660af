package io.hikyaku.config;

import io.hikyaku.config.value.LinkUrl;
import io.hikyaku.config.yaml.Setting;

/// A relay that is dialled.
public record RelayLink(LinkUrl relay) implements LinkConfig {

    static RelayLink read(Setting setting) {
        return new RelayLink(setting.parsed(LinkUrl::parseDialled));
    }
}
