package io.langevin.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.process.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The rooms that ARCHITECTURE.md lists are the modules that are built. */
class RoomsTest {
    private static final Path ROOT = Path.of("../..");
    private static final Pattern MODULE = Pattern.compile("<module>(.*?)</module>");

    @Test
    void every_module_is_a_room_and_every_room_is_a_module() throws IOException {
        String pom = Files.readString(ROOT.resolve("pom.xml"));
        var modules =
                MODULE.matcher(pom)
                        .results()
                        .map(found -> found.group(1))
                        .collect(Collectors.toCollection(TreeSet::new));

        assertThat(rooms()).isEqualTo(modules);
    }

    /** Names stand at the beginning of a line, two spaces in, below the name of their folder. */
    private static TreeSet<String> rooms() throws IOException {
        String text = Files.readString(ROOT.resolve("ARCHITECTURE.md"));
        String list = text.substring(text.indexOf("```") + 3).split("```")[0];
        TreeSet<String> rooms = new TreeSet<>();
        String folder = "";
        for (String line : list.lines().toList()) {
            if (!line.startsWith("  ")) {
                folder = line.split(" ")[0];
            } else if (folder.equals("schemas/") || folder.equals("services/")) {
                String[] names = line.strip().split(" {3,}")[0].split(" +");
                for (String name : names) {
                    rooms.add(folder + name.replaceAll("/$", ""));
                }
            }
        }
        return rooms;
    }

    @Test
    void program_says_the_version_of_its_pom() throws IOException {
        assertThat(Files.readString(ROOT.resolve("pom.xml")))
                .contains(
                        "<artifactId>langevin</artifactId>\n  <version>%s</version>"
                                .formatted(Version.NUMBER));
    }
}
