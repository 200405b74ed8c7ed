package com.approck.healthcheck.agent.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.approck.healthcheck.agent.pool.MonitoredPool;
import com.approck.healthcheck.agent.pool.ProgressSource;
import com.ibm.websphere.channelfw.osgi.CHFWBundle;
import com.ibm.ws.tcpchannel.internal.TCPPort;
import com.ibm.ws.threading.internal.ExecutorServiceImpl;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** On objects of the shape of Open Liberty's: the server is in no library that a test could embed. */
final class OpenLibertyTest {
    private final FoundPools found = new FoundPools();
    private final ThreadPoolExecutor threads =
            new ThreadPoolExecutor(4, 4, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>());
    private final ExecutorServiceImpl executor = new ExecutorServiceImpl(threads, 300, 256);

    @AfterEach
    void shutDown() {
        threads.shutdownNow();
        CHFWBundle.setExecutorService(null);
    }

    @Test
    void defaultExecutor_isAsLargeAsItsControllerMayMakeIt_untilItsLastPortCloses() throws Exception {
        CHFWBundle.setExecutorService(executor);
        Hang hang = new Hang(1);
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertEquals(List.of("Default_Executor"), found.started(new TCPPort(socket)));
            MonitoredPool pool = found.pool("Default_Executor");
            assertEquals(256, pool.read().capacity());
            assertEquals(0, pool.read().alive());
            assertEquals(ProgressSource.COUNTER, pool.progressSource());
            found.assertStaysIdle("Default_Executor", "able=256 stuck=0 capacity=256");

            threads.execute(hang::serve);
            hang.awaitEntered();
            found.awaitNumbers("Default_Executor", "able=255 stuck=1 capacity=256");
            hang.release();
        }
        assertEquals(List.of(), found.names());
    }

    @Test
    void portThatIsNotBound_isNotWatched() throws Exception {
        CHFWBundle.setExecutorService(executor);
        try (ServerSocket socket = new ServerSocket()) {
            assertEquals(List.of(), found.started(new TCPPort(socket)));
        }
        assertEquals(
                List.of(
                        "found com.ibm.ws.tcpchannel.internal.TCPPort of Open Liberty, not watched: its socket is not bound"),
                found.skipped());
    }
}
