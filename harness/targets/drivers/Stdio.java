import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The driver protocol, version 1, over standard input and output: calls in, answers out (driver-v1.schema.json).
 *
 * A {@link Refused} is a refusal; every other exception, and every error of linking or memory, is a crash.
 */
final class Stdio {
    /** A library, with what it has to be told. */
    interface Library {
        String name();

        String version();

        String login(String browser, String relayState) throws Exception;

        /** What the browser sent to the ACS: the form of a POST, or the query of a GET. */
        Map<String, Object> acs(String browser, String method, Map<String, String> form) throws Exception;
    }

    /** The library says that a message is no good. */
    static final class Refused extends Exception {
        Refused(Exception cause) {
            super(cause.getClass().getSimpleName() + ": " + cause.getMessage(), cause);
        }
    }

    private static final ObjectMapper JSON = new ObjectMapper();

    static void serve(Library library) throws Exception {
        PrintStream answers = System.out;
        System.setOut(System.err); // what a library prints is no answer
        var calls = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = calls.readLine(); line != null; line = calls.readLine()) {
            JsonNode call = JSON.readTree(line);
            Map<String, Object> answer = handle(call, library);
            answer.put("id", call.get("id").asLong());
            answers.println(JSON.writeValueAsString(answer));
            answers.flush();
        }
    }

    private static Map<String, Object> handle(JsonNode call, Library library) {
        Map<String, Object> answer = new LinkedHashMap<>();
        String browser = call.path("browser").asText();
        try {
            switch (call.get("call").asText()) {
                case "health" -> {
                    answer.put("ok", true);
                    answer.put("name", library.name());
                    answer.put("version", library.version());
                    answer.put("run_id", System.getenv().getOrDefault("SAMLSPEC_RUN_ID", ""));
                }
                case "reset" -> answer.put("ok", true);
                case "login" -> answer.put("location", library.login(browser, call.path("relay_state").asText()));
                default -> {
                    answer.putAll(library.acs(browser, call.path("method").asText(), form(call.path("body").asText())));
                    answer.put("accepted", true);
                }
            }
        } catch (Refused refused) {
            answer.put("accepted", false);
            answer.put("reason", shortened(refused.getMessage()));
        } catch (Throwable crash) {
            answer.clear();
            answer.put("error", shortened(crash.toString()));
        }
        return answer;
    }

    /** Of two fields with one name the first counts, as a servlet's getParameter has it. */
    private static Map<String, String> form(String body) {
        Map<String, String> form = new LinkedHashMap<>();
        for (String field : body.split("&")) {
            String[] parts = field.split("=", 2);
            form.putIfAbsent(decoded(parts[0]), parts.length > 1 ? decoded(parts[1]) : "");
        }
        return form;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static String shortened(String text) {
        return text.length() > 400 ? text.substring(0, 400) : text;
    }

    private Stdio() {}
}
