package io.hikyaku.kubernetes.export;

import io.hikyaku.service.Export;
import java.util.List;

/// What came of a ServiceExport.
public sealed interface ExportOutcome {
    /// The service is exported.
    ///
    /// @param notes what whoever created it should know, in words
    record Exported(Export export, List<String> notes) implements ExportOutcome {}

    /// The ServiceExport is not valid.
    ///
    /// @param reason of the condition `Valid`
    record Invalid(String reason, String message) implements ExportOutcome {}

    /// The ServiceExport is valid, but cannot be exported as it is.
    record Failed(String message) implements ExportOutcome {}
}
