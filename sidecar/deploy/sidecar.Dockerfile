# The sidecar with a Java of its own: no shell, not root, writes nothing.
# The first image has Maven and a JDK 17 or newer that brings its own libstdc++, as Temurin does; both are of glibc.
ARG BUILD=your-registry/maven-temurin:17
ARG BASE=your-registry/distroless-base

FROM ${BUILD} AS build
WORKDIR /source
COPY . .
RUN mvn -B -q -Pruntime -pl sidecar -am -DskipTests clean package
# The archive holds the jar's path and time stamp, so it is made where the jar is to live.
RUN cp -a sidecar/target/healthcheck-sidecar /healthcheck-sidecar && /healthcheck-sidecar/bin/make-archive

FROM ${BASE}
COPY --from=build /healthcheck-sidecar /healthcheck-sidecar
USER 65532:65532
# What bin/healthcheck-sidecar does, without the shell that it wants.
ENV MALLOC_ARENA_MAX=1
# A base without what the runtime needs, or an archive that does not fit, fails the build and not the pod.
RUN ["/healthcheck-sidecar/runtime/bin/java", "@/healthcheck-sidecar/lib/java.options", "-XX:SharedArchiveFile=/healthcheck-sidecar/lib/archive.jsa", "-Xshare:on", "-jar", "/healthcheck-sidecar/lib/healthcheck-sidecar.jar", "--version"]
EXPOSE 8000/tcp
# For Docker and Compose, which so know whether the application beside is ready; Kubernetes does not read it.
HEALTHCHECK --interval=5s --timeout=6s --retries=2 CMD ["/healthcheck-sidecar/runtime/bin/java", "@/healthcheck-sidecar/lib/java.options", "-XX:SharedArchiveFile=/healthcheck-sidecar/lib/archive.jsa", "-jar", "/healthcheck-sidecar/lib/healthcheck-sidecar.jar", "--probe", "ready"]
ENTRYPOINT ["/healthcheck-sidecar/runtime/bin/java", "@/healthcheck-sidecar/lib/java.options", "-XX:SharedArchiveFile=/healthcheck-sidecar/lib/archive.jsa", "-jar", "/healthcheck-sidecar/lib/healthcheck-sidecar.jar"]
