package com.approck.healthcheck.sidecar.health;

/**
 * A verdict that changed, or the first one.
 *
 * @param at by the ticker
 * @param subject {@code live}, {@code ready}, {@code live and ready} or {@code application}
 */
public record VerdictChange(long at, String subject, Verdict verdict) {}
