package io.hikyaku.config;

import io.hikyaku.config.yaml.Section;
import io.hikyaku.config.yaml.Setting;
import java.net.URI;
import java.net.URISyntaxException;

/// Where spans go, and of how many calls there are any.
///
/// @param endpoint of a collector that speaks OTLP over HTTP, without `/v1/traces`
/// @param sampleRatio part of the calls without a trace of their caller's that get one, 0 to 1; those with one follow
/// its flag
public record TracingConfig(URI endpoint, double sampleRatio) {
    public static final double DEFAULT_SAMPLE_RATIO = 0.01;

    static TracingConfig read(Setting setting) {
        Section section = setting.section();
        var endpoint = section.required("endpoint", value -> value.parsed(TracingConfig::parseEndpoint));
        var ratio = section.optional("sampleRatio", value -> value.decimal(0, 1), DEFAULT_SAMPLE_RATIO);
        return section.build(() -> new TracingConfig(endpoint.get(), ratio));
    }

    private static URI parseEndpoint(String text) {
        URI url = uri(text);
        boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
        if (url.getRawUserInfo() != null) { // not repeated in the message: it may be a password
            throw new IllegalArgumentException("a collector's URL holds no user or password");
        }
        if (!http || url.getHost() == null || url.getRawQuery() != null || url.getRawFragment() != null) {
            throw new IllegalArgumentException("not the URL of a collector: http://host:port or https://host:port");
        }
        if (url.getPort() > 65_535 || url.getPort() == 0) {
            throw new IllegalArgumentException("port " + url.getPort() + " is not between 1 and 65535");
        }
        return url;
    }

    private static URI uri(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException malformed) {
            throw new IllegalArgumentException("not a URL: http://host:port or https://host:port", malformed);
        }
    }
}
