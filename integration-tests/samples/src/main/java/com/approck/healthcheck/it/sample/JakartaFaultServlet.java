package com.approck.healthcheck.it.sample;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** The servlet of {@link TomcatSample} from Tomcat 10 on. */
public final class JakartaFaultServlet extends HttpServlet {

    private static final long serialVersionUID = 1;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        TomcatSample.serve(request.getRequestURI(), request.getQueryString(), new Reply() {
            @Override
            public Runnable detach() {
                AsyncContext async = request.startAsync();
                async.setTimeout(0);
                return async::complete;
            }

            @Override
            public void status(int status) {
                response.setStatus(status);
                response.setContentType("text/plain");
            }

            @Override
            public InputStream upload() throws IOException {
                return request.getInputStream();
            }

            @Override
            public OutputStream body() throws IOException {
                return response.getOutputStream();
            }
        });
    }
}
