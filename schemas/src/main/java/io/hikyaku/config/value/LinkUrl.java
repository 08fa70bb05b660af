package io.hikyaku.config.value;

import java.util.Locale;
import java.util.regex.Pattern;

/// Where a relay is dialled, or where a node listens for links: `tls://host:port` or `wss://host[:port][/path]`.
///
/// @param path of the WebSocket, [#DEFAULT_PATH] unless written; empty for `tls`
public record LinkUrl(Scheme scheme, HostPort address, String path) {

    public static final String DEFAULT_PATH = "/link";
    private static final int DEFAULT_WSS_PORT = 443;
    private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9._~-]+)+");

    /// How packets are framed on the connection; both are TLS 1.3 with certificates on both sides.
    public enum Scheme {
        TLS,
        WSS;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public LinkUrl {
        boolean valid =
                scheme == Scheme.TLS ? path.isEmpty() : PATH.matcher(path).matches();
        if (!valid) {
            throw new IllegalArgumentException("'" + path + "' is not a path for " + scheme + "://");
        }
    }

    /// Reads either form; IllegalArgumentException says what is wrong.
    public static LinkUrl parse(String text) {
        if (text.indexOf('@') >= 0) { // not repeated in the message: it may be a password
            throw new IllegalArgumentException("a link's URL holds no user or password: certificates say who is who");
        }
        if (text.startsWith("tls://")) {
            return parseTls(text.substring("tls://".length()));
        }
        if (text.startsWith("wss://")) {
            return parseWss(text.substring("wss://".length()));
        }
        throw new IllegalArgumentException("'" + text + "' is not a link: tls://host:port or wss://host[:port][/path]");
    }

    private static LinkUrl parseTls(String rest) {
        if (rest.indexOf('/') >= 0) {
            throw new IllegalArgumentException("a tls:// link has no path: tls://host:port");
        }
        return new LinkUrl(Scheme.TLS, HostPort.parse(rest), "");
    }

    private static LinkUrl parseWss(String rest) {
        int slash = rest.indexOf('/');
        String authority = slash < 0 ? rest : rest.substring(0, slash);
        String path = slash < 0 || slash == rest.length() - 1 ? DEFAULT_PATH : rest.substring(slash);
        return new LinkUrl(Scheme.WSS, HostPort.parse(authority, DEFAULT_WSS_PORT), path);
    }

    /// Like [#parse], for a link that this node dials: its port is not 0.
    public static LinkUrl parseDialled(String text) {
        LinkUrl url = parse(text);
        url.address.dialled();
        return url;
    }

    /// The same link at another port: what an ephemeral listener was given.
    public LinkUrl withPort(int port) {
        return new LinkUrl(scheme, address.withPort(port), path);
    }

    @Override
    public String toString() {
        return scheme + "://" + address + path;
    }
}
