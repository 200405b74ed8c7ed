package com.approck.healthcheck.it.peers;

import com.approck.healthcheck.it.support.probe.KubeletProbe;
import java.util.Map;

/** A process, and the probes that are asked about it at the same time. */
interface ProbedProcess {

    /** The column of healthcheck itself. */
    String OURS = "healthcheck";

    /** By column, in their order; {@link #OURS} is the first. */
    Map<String, KubeletProbe> probes();
}
