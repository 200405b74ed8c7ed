package com.ibm.ws.tcpchannel.internal;

import java.net.ServerSocket;

/** Has the name and the members that are read of Open Liberty's class, which is in no library of its own. */
public final class TCPPort {
    @SuppressWarnings("unused") // Read by name.
    private final ServerSocket serverSocket;

    /** Owns that socket. */
    public TCPPort(ServerSocket serverSocket) {
        this.serverSocket = serverSocket;
    }
}
