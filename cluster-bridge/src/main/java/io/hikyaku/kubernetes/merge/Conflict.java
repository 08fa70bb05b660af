package io.hikyaku.kubernetes.merge;

/// A property on which the clusters that export a service disagree.
///
/// @param reason of the condition `Conflict`, as KEP-1645 names it
/// @param message for whoever looks at the ServiceExport
public record Conflict(String reason, String message) {}
