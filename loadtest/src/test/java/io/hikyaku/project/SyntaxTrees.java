package io.hikyaku.project;

import static java.util.stream.Collectors.toMap;

import com.sun.source.tree.CatchTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/// Reads sources with the compiler's own parser, for rules that lines cannot tell.
final class SyntaxTrees {
    private SyntaxTrees() {}

    /// A method or constructor.
    ///
    /// @param lines from its name's line to its closing brace
    record Method(SourceFile file, String name, long lines) {}

    static List<Method> methods(List<SourceFile> sources) {
        List<Method> found = new ArrayList<>();
        scan(sources, (file, unit, positions) -> new TreePathScanner<Void, Void>() {
            @Override
            public Void visitMethod(MethodTree method, Void nothing) {
                if (method.getBody() != null) {
                    LineMap lines = unit.getLineMap();
                    long start = positions.getStartPosition(unit, method.getBody());
                    long end = positions.getEndPosition(unit, method.getBody());
                    if (start >= 0 && end >= 0) {
                        long length = lines.getLineNumber(end) - lines.getLineNumber(start) + 1;
                        found.add(new Method(file, method.getName().toString(), length));
                    }
                }
                return super.visitMethod(method, nothing);
            }
        });
        return found;
    }

    /// `path:line` of each `catch` that does nothing and gives no reason in a comment.
    static List<String> silentCatches(List<SourceFile> sources) {
        List<String> found = new ArrayList<>();
        scan(sources, (file, unit, positions) -> new TreePathScanner<Void, Void>() {
            @Override
            public Void visitCatch(CatchTree caught, Void nothing) {
                Tree body = caught.getBlock();
                int start = (int) positions.getStartPosition(unit, body);
                int end = (int) positions.getEndPosition(unit, body);
                if (caught.getBlock().getStatements().isEmpty()
                        && !file.text().substring(start, end).contains("//")) {
                    found.add(file.path() + ":" + unit.getLineMap().getLineNumber(start));
                }
                return super.visitCatch(caught, nothing);
            }
        });
        return found;
    }

    private interface Reader {
        TreePathScanner<Void, Void> of(SourceFile file, CompilationUnitTree unit, SourcePositions positions);
    }

    private static void scan(List<SourceFile> sources, Reader reader) {
        List<Parsed> inputs = sources.stream().map(Parsed::new).toList();
        Map<URI, SourceFile> files = inputs.stream().collect(toMap(Parsed::toUri, input -> input.file));
        JavacTask task = (JavacTask)
                ToolProvider.getSystemJavaCompiler().getTask(null, null, null, List.of("-proc:none"), null, inputs);
        SourcePositions positions = Trees.instance(task).getSourcePositions();
        try {
            for (CompilationUnitTree unit : task.parse()) {
                SourceFile file = files.get(unit.getSourceFile().toUri());
                reader.of(file, unit, positions).scan(unit, null);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static final class Parsed extends SimpleJavaFileObject {
        private final SourceFile file;

        private Parsed(SourceFile file) {
            super(URI.create("source:///" + file.path()), JavaFileObject.Kind.SOURCE);
            this.file = file;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return file.text();
        }
    }
}
