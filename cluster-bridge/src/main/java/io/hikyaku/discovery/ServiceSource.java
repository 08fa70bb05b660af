package io.hikyaku.discovery;

/// Somebody who knows services to export and to import: the configuration file, an API server, a catalog.
public interface ServiceSource {
    /// In findings, the log and status: `kubernetes`, for instance. No two sources of a bridge share it.
    String name();

    /// Begins. From then on the source offers all that it has, at first and whenever that changes; what it does not
    /// mention any more is gone. It must not offer from two threads at the same time.
    void start(Sink sink);

    /// Ends; nothing is offered afterwards. What was offered stays in place until the bridge ends.
    void close() throws InterruptedException;

    /// Takes what a source offers.
    interface Sink {
        /// Puts the services in place before it returns. What cannot be put in place, because another source
        /// has the same or an address is taken, is left out and tried again with the next offer.
        ///
        /// @throws InterruptedException if the thread is interrupted meanwhile
        void offer(DiscoveredServices services) throws InterruptedException;
    }
}
