package io.langevin.operations.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.records.SamplerKind;
import io.langevin.records.TaskKind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The form has what the records have. */
class PageFormTest {
    @Test
    void every_task_and_sampler_can_be_chosen() throws IOException {
        assertThat(options("task")).containsExactlyInAnyOrderElementsOf(names(TaskKind.values()));
        assertThat(options("sampler"))
                .containsExactlyInAnyOrderElementsOf(names(SamplerKind.values()));
    }

    @Test
    void fields_are_those_of_tasks_that_there_are() throws IOException {
        List<String> tasks = names(TaskKind.values());
        var labels = Pattern.compile("data-tasks=\"([^\"]*)\"").matcher(page());
        assertThat(labels.results().map(label -> label.group(1)).toList())
                .isNotEmpty()
                .allSatisfy(names -> assertThat(tasks).contains(names.split(" ")));
    }

    private static List<String> options(String select) throws IOException {
        String page = page();
        int from = page.indexOf("<select name=\"" + select + "\"");
        String options = page.substring(from, page.indexOf("</select>", from));
        return Pattern.compile("<option value=\"([A-Z_]+)\"")
                .matcher(options)
                .results()
                .map(option -> option.group(1))
                .toList();
    }

    private static List<String> names(Enum<?>[] values) {
        return Arrays.stream(values).map(Enum::name).toList();
    }

    private static String page() throws IOException {
        try (InputStream page = PageFormTest.class.getResourceAsStream("/page/index.html")) {
            return new String(page.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
