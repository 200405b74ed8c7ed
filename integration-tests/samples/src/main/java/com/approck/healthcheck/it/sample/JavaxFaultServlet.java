package com.approck.healthcheck.it.sample;

import java.io.IOException;
import java.io.OutputStream;
import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;

/** The servlet of {@link TomcatSample} up to Tomcat 9. */
public final class JavaxFaultServlet extends HttpServlet {

    private static final long serialVersionUID = 1;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        TomcatSample.serve(request.getRequestURI(), request.getQueryString(), new Reply() {
            @Override
            public void status(int status) {
                response.setStatus(status);
                response.setContentType("text/plain");
            }

            @Override
            public OutputStream body() throws IOException {
                return response.getOutputStream();
            }
        });
    }
}
