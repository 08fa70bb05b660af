package io.hikyaku.mesh;

import io.hikyaku.loop.Await;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/// Callers that call `/name` of an imported HTTP service one time after the other, each time on a connection of its
/// own, from now until [#stop], and remember every call that did not succeed.
final class Traffic {
    private final AtomicInteger calls = new AtomicInteger();
    /// How many calls each caller has made.
    private final List<AtomicInteger> each = new ArrayList<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final ConcurrentHashMap<String, Integer> answers = new ConcurrentHashMap<>();
    private final List<Thread> callers = new ArrayList<>();
    private volatile boolean stopped;

    private Traffic() {}

    static Traffic of(Mesh.MeshBridge bridge, String service, int callers) {
        return to(() -> bridge.to(service), callers);
    }

    /// @param connections makes one for each call
    static Traffic to(Callable<Talk> connections, int callers) {
        Traffic traffic = new Traffic();
        for (int i = 0; i < callers; i++) {
            AtomicInteger own = new AtomicInteger();
            traffic.each.add(own);
            traffic.callers.add(Thread.ofVirtual().start(() -> traffic.callOnAndOn(connections, own)));
        }
        return traffic;
    }

    private void callOnAndOn(Callable<Talk> connections, AtomicInteger own) {
        while (!stopped) {
            try (Talk caller = connections.call()) {
                Talk.Answer answer = caller.get("/name");
                if (answer.status() == 200) {
                    answers.merge(answer.body(), 1, Integer::sum);
                } else {
                    failures.add(answer.status() + " " + answer.body());
                }
            } catch (Exception e) {
                failures.add(String.valueOf(e.getMessage()));
            }
            own.incrementAndGet();
            calls.incrementAndGet();
        }
    }

    /// Waits until so many more calls have been made.
    void awaitMore(int count) throws Exception {
        int goal = calls.get() + count;
        Await.until(count + " more calls", () -> calls.get() >= goal);
    }

    /// Waits until every call has ended, and been counted, that had begun before now.
    void awaitNewCalls() throws Exception {
        for (AtomicInteger own : each) {
            int before = own.get();
            Await.until("a call has ended", () -> own.get() > before);
        }
    }

    /// How often this answered so far.
    int answersOf(String name) {
        return answers.getOrDefault(name, 0);
    }

    /// Ends the calls, and says which ones failed.
    List<String> stop() throws InterruptedException {
        stopped = true;
        for (Thread caller : callers) {
            caller.join();
        }
        return List.copyOf(failures);
    }
}
