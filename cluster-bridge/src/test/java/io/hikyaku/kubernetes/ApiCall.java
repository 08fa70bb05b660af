package io.hikyaku.kubernetes;

import java.util.List;

/// What a request asks of an API server, in the words of its access rules.
///
/// @param verb `get`, `list`, `watch`, `create`, `update`, `patch`, `delete` or `deletecollection`
/// @param resource its plural, with a dot and the group unless that is the core's, and with a slash and the
///     subresource if there is one, as in `services`, `serviceimports.multicluster.x-k8s.io/status`; the path as it
///     is, if that names no resource
public record ApiCall(String verb, String resource) {

    /// @param line the first one of an HTTP request
    static ApiCall of(String line) {
        String[] words = line.split(" ");
        int query = words[1].indexOf('?');
        String path = query < 0 ? words[1] : words[1].substring(0, query);
        boolean watch = query > 0 && words[1].substring(query).contains("watch=true");
        List<String> parts = List.of(path.substring(1).split("/"));
        int start = parts.getFirst().equals("api") ? 2 : parts.getFirst().equals("apis") ? 3 : Integer.MAX_VALUE;
        if (start >= parts.size()) {
            return new ApiCall("get", path);
        }
        String group = start == 2 ? "" : "." + parts.get(1);
        // A namespace is a resource, too, unless another follows.
        boolean inside = parts.get(start).equals("namespaces") && parts.size() > start + 2;
        List<String> rest = parts.subList(inside ? start + 2 : start, parts.size());
        String sub = rest.size() > 2 ? "/" + rest.get(2) : "";
        return new ApiCall(verb(words[0], watch, rest.size() > 1), rest.getFirst() + group + sub);
    }

    private static String verb(String method, boolean watch, boolean named) {
        return switch (method) {
            case "GET" -> watch ? "watch" : named ? "get" : "list";
            case "POST" -> "create";
            case "PUT" -> "update";
            case "PATCH" -> "patch";
            case "DELETE" -> named ? "delete" : "deletecollection";
            default -> method;
        };
    }
}
