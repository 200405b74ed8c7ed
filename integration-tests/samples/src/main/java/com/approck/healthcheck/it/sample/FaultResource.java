package com.approck.healthcheck.it.sample;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.net.URI;

/** Every path, for servers of JAX-RS. */
@Path("/{path: .*}")
public final class FaultResource {

    private final Faults faults;

    FaultResource(Faults faults) {
        this.faults = faults;
    }

    /** One request. */
    @GET
    public Response serve(@Context UriInfo uri) throws IOException {
        Response[] response = new Response[1];
        URI request = uri.getRequestUri();
        faults.serve(
                request.getPath(),
                request.getQuery(),
                new BufferedReply((status, body) -> response[0] =
                        Response.status(status).entity(body).type("text/plain").build()));
        return response[0];
    }
}
