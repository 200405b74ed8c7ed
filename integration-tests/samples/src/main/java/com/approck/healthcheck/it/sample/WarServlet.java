package com.approck.healthcheck.it.sample;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** A web application of one servlet. {@code /number} answers what its WAR file says in {@code number.txt}. */
@WebServlet("/*")
public final class WarServlet extends HttpServlet {

    private static final long serialVersionUID = 1;

    private final transient Faults faults = new Faults(() -> {});

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (request.getPathInfo().equals("/number")) {
            try (InputStream number = WarServlet.class.getResourceAsStream("/number.txt")) {
                response.getOutputStream().print(new String(number.readAllBytes(), UTF_8));
            }
            return;
        }
        faults.serve(request.getPathInfo(), request.getQueryString(), new Reply() {
            @Override
            public void status(int status) {
                response.setStatus(status);
            }

            @Override
            public OutputStream body() throws IOException {
                return response.getOutputStream();
            }
        });
    }
}
