package io.hikyaku.config;

/// A relay that is dialled.
public record RelayLink(LinkUrl relay) implements LinkConfig {

    static RelayLink read(Setting setting) {
        return new RelayLink(setting.parsed(LinkUrl::parseDialled));
    }
}
