package com.approck.healthcheck.sidecar.readiness;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Whom to trust in a call by HTTPS: the authorities of a file, read anew whenever that has changed, or Java's own. Keeps
 * the certificate that was refused last, for the description. For one thread.
 */
final class ServerTrust {
    private final Optional<Path> ca;
    private SSLContext context;
    private FileTime readAt;
    private X509Certificate refused;

    ServerTrust(Optional<Path> ca) {
        this.ca = ca;
    }

    /**
     * Makes TLS sockets that talk to {@code host}, whatever address they are connected to.
     *
     * @throws IOException if the file cannot be read or holds no certificate
     */
    SSLSocketFactory socketsTo(String host) throws IOException {
        refused = null;
        FileTime changed = ca.isPresent() ? Files.getLastModifiedTime(ca.get()) : null;
        if (context == null || (changed != null && !changed.equals(readAt))) {
            try {
                context = SSLContext.getInstance("TLS");
                context.init(null, new TrustManager[] {new Recording(trustManager())}, null);
            } catch (GeneralSecurityException e) {
                context = null;
                throw new IOException(e.getMessage(), e);
            }
            readAt = changed;
        }
        return new NamedSockets(context.getSocketFactory(), host);
    }

    /** The server's certificate, if the last handshake failed because of it. */
    Optional<X509Certificate> refused() {
        return Optional.ofNullable(refused);
    }

    private X509ExtendedTrustManager trustManager() throws GeneralSecurityException, IOException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        // Null means Java's own.
        factory.init(ca.isPresent() ? store(ca.get()) : null);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509ExtendedTrustManager extended) {
                return extended;
            }
        }
        throw new IllegalStateException("no X509ExtendedTrustManager in " + factory.getProvider());
    }

    private static KeyStore store(Path file) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = Files.newInputStream(file)) {
            int number = 0;
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("ca-" + number++, certificate);
            }
        }
        return store;
    }

    /** Remembers what it refuses. */
    private final class Recording extends X509ExtendedTrustManager {
        private final X509ExtendedTrustManager trust;

        Recording(X509ExtendedTrustManager trust) {
            this.trust = trust;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            try {
                trust.checkServerTrusted(chain, type, socket);
            } catch (CertificateException e) {
                refused = chain[0];
                throw e;
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            trust.checkServerTrusted(chain, type, engine);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            trust.checkServerTrusted(chain, type);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            trust.checkClientTrusted(chain, type, socket);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            trust.checkClientTrusted(chain, type, engine);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            trust.checkClientTrusted(chain, type);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return trust.getAcceptedIssuers();
        }
    }

    /**
     * Puts TLS over a connected socket, in the name of a host: HttpsURLConnection knows nothing but the address it was
     * connected to. With the algorithm set here, the handshake itself checks the name, and HttpsURLConnection does not
     * check again (sun.net.www.protocol.https.HttpsClient.afterConnect).
     */
    private static final class NamedSockets extends SSLSocketFactory {
        private final SSLSocketFactory factory;
        private final String host;

        NamedSockets(SSLSocketFactory factory, String host) {
            this.factory = factory;
            this.host = host;
        }

        @Override
        public Socket createSocket(Socket connected, String address, int port, boolean autoClose) throws IOException {
            SSLSocket socket = (SSLSocket) factory.createSocket(connected, host, port, autoClose);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            return socket;
        }

        @Override
        public String[] getDefaultCipherSuites() {
            return factory.getDefaultCipherSuites();
        }

        @Override
        public String[] getSupportedCipherSuites() {
            return factory.getSupportedCipherSuites();
        }

        // The rest is not used: HttpsURLConnection connects by itself where createSocket() is not supported.
        @Override
        public Socket createSocket(String address, int port) throws IOException {
            return createSocket();
        }

        @Override
        public Socket createSocket(String address, int port, InetAddress local, int localPort) throws IOException {
            return createSocket();
        }

        @Override
        public Socket createSocket(InetAddress address, int port) throws IOException {
            return createSocket();
        }

        @Override
        public Socket createSocket(InetAddress address, int port, InetAddress local, int localPort) throws IOException {
            return createSocket();
        }
    }
}
