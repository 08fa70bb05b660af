package io.hikyaku.call.attempt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hikyaku.balance.Candidate;
import io.hikyaku.balance.EndpointLoad;
import io.hikyaku.call.SilentStream;
import io.hikyaku.stream.StreamHandler;
import io.hikyaku.wire.stream.ResetCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// An exporter that a test opens streams for, and what its load heard.
final class ScriptedSeat implements EndpointLoad, Candidate {
    final String label;
    final List<String> heard = new ArrayList<>();
    private @Nullable StreamHandler handler;
    private @Nullable Waiter waiter;
    boolean silent;

    ScriptedSeat(String label) {
        this.label = label;
    }

    StreamHandler handler() {
        StreamHandler opened = handler;
        if (opened == null) {
            throw new AssertionError("nothing was opened at " + label);
        }
        return opened;
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public Candidate candidate() {
        return this;
    }

    @Override
    public void whenReady(Waiter waiting) {
        waiter = waiting;
        if (!silent) {
            becomeReady();
        }
    }

    Waiter waiter() {
        return Objects.requireNonNull(waiter);
    }

    void becomeReady() {
        waiter().onReady((metadata, opened) -> {
            metadata.release();
            handler = opened;
            return new SilentStream(true);
        });
    }

    @Override
    public int begin() {
        heard.add("begin");
        return 7;
    }

    @Override
    public void onAnswer(int call) {
        hear(call, "answer");
    }

    @Override
    public void onReset(int call, ResetCode code) {
        hear(call, code.toString());
    }

    @Override
    public void onUnreachable(int call) {
        hear(call, "unreachable");
    }

    @Override
    public void finish(int call) {
        hear(call, "finish");
    }

    private void hear(int call, String what) {
        assertEquals(7, call);
        heard.add(what);
    }
}
