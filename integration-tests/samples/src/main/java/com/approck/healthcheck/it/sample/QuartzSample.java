package com.approck.healthcheck.it.sample;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.quartz.Job;
import org.quartz.JobBuilder;
import org.quartz.JobExecutionContext;
import org.quartz.JobExecutionException;
import org.quartz.Scheduler;
import org.quartz.TriggerBuilder;
import org.quartz.impl.StdSchedulerFactory;

/** A scheduler with four workers. Each line on stdin is a path of {@link Faults}, for a job of its own. */
public final class QuartzSample implements Job {

    private static final Faults FAULTS = new Faults(() -> {});

    public static void main(String[] args) throws Exception {
        Properties properties = new Properties();
        properties.setProperty("org.quartz.scheduler.instanceName", "jobs");
        properties.setProperty("org.quartz.threadPool.threadCount", "4");
        Scheduler scheduler = new StdSchedulerFactory(properties).getScheduler();
        scheduler.start();
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String path = lines.readLine(); path != null; path = lines.readLine()) {
            scheduler.scheduleJob(
                    JobBuilder.newJob(QuartzSample.class)
                            .usingJobData("path", path)
                            .build(),
                    TriggerBuilder.newTrigger().startNow().build());
        }
    }

    @Override
    public void execute(JobExecutionContext context) throws JobExecutionException {
        try {
            FAULTS.serve(
                    context.getMergedJobDataMap().getString("path"), null, new BufferedReply((status, body) -> {}));
        } catch (IOException e) {
            throw new JobExecutionException(e);
        }
    }
}
