package com.approck.healthcheck.sidecar.show;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.approck.healthcheck.sidecar.health.ReasonCode;
import com.approck.healthcheck.sidecar.health.Verdict;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class ProbeJsonTest {
    @Test
    void everyCharacter_comesBackAsItWas() {
        StringBuilder hostile = new StringBuilder();
        for (int c = 0; c <= 0xffff; c++) {
            if (!Character.isSurrogate((char) c)) {
                hostile.append((char) c);
            }
        }
        hostile.append("\ud83d\ude00</script>");
        String json = StandardCharsets.UTF_8
                .decode(new ProbeJson().of(Verdict.of(ReasonCode.NO_WORKERS, hostile.toString())))
                .toString();
        JsonNode read = new JsonMapper().readTree(json);
        assertEquals("NoWorkers", read.get("code").asString());
        assertEquals(hostile.toString(), read.get("description").asString());
    }
}
