package io.hikyaku.kubernetes.imports;

import io.fabric8.kubernetes.api.model.HasMetadata;

/// Writes objects to the API server, and keeps in mind what it wrote until the watch tells of it.
public interface ObjectWriter {
    /// Creates the object or changes it, by server-side apply under our own name.
    ///
    /// @return as the API server has it now
    <T extends HasMetadata> T apply(T object);

    /// The same for the status.
    <T extends HasMetadata> T applyStatus(T object);

    /// Deletes the object, unless it has changed or is gone already.
    void delete(HasMetadata object);

    /// Tells people, where they look for what happens to an object.
    ///
    /// @param reason one word in CamelCase
    void warn(HasMetadata about, String reason, String message);
}
