# The agent's jar and a cp: copies it into the volume that is mounted at /healthcheck, and ends. Not root.
ARG BUILD=your-registry/maven-temurin:17
ARG BASE=your-registry/busybox

FROM ${BUILD} AS build
WORKDIR /source
COPY . .
RUN mvn -B -q -pl agent -am -DskipTests clean package

FROM ${BASE}
COPY --from=build /source/agent/target/healthcheck-agent.jar /healthcheck-agent.jar
USER 65532:65532
CMD ["cp", "/healthcheck-agent.jar", "/healthcheck/healthcheck-agent.jar"]
