package io.langevin.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The variables {@code LANGEVIN_*} of a process. A secret may lie in a file: {@code …_FILE} names
 * it. A configuration record reads what it knows; {@link #rejectUnknown} then stops the start at
 * anything that nobody read.
 */
public final class Environment {
    private static final String PREFIX = "LANGEVIN_";
    private static final String IN_FILE = "_FILE";

    /** What may have a secret; other names that end so are Kafka's own. */
    private static final Pattern SECRET_IN_FILE =
            Pattern.compile("LANGEVIN_.*(PASSWORD|JAAS_CONFIG|REGISTRY_URL)" + IN_FILE);

    private static final long LARGEST_SECRET = 64 << 10;

    private final Map<String, String> variables = new TreeMap<>();
    private final Set<String> known = new TreeSet<>();

    public Environment(Map<String, String> all) {
        all.forEach(
                (name, value) -> {
                    if (SECRET_IN_FILE.matcher(name).matches()) {
                        String base = name.substring(0, name.length() - IN_FILE.length());
                        if (all.containsKey(base)) {
                            throw new ConfigurationException(
                                    "%s and %s are both set: set one".formatted(base, name));
                        }
                        variables.put(base, secret(name, Path.of(value)));
                    } else if (name.startsWith(PREFIX)) {
                        variables.put(name, value);
                    }
                });
    }

    /** The text of a file, without the line feed that editors end it with. */
    private static String secret(String name, Path file) {
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > LARGEST_SECRET) {
                throw new ConfigurationException(
                        "%s must name a file of at most %d bytes, not '%s'"
                                .formatted(name, LARGEST_SECRET, file));
            }
            return Files.readString(file).stripTrailing();
        } catch (IOException e) {
            throw new ConfigurationException(
                    "%s: cannot read %s: %s".formatted(name, file, e.getMessage()), e);
        }
    }

    public static Environment ofProcess() {
        return new Environment(System.getenv());
    }

    /** The value, or {@code otherwise} where the variable is not set or empty. */
    public String text(String name, String otherwise) {
        known.add(name);
        String value = variables.get(name);
        return value == null || value.isEmpty() ? otherwise : value;
    }

    public String required(String name, String example) {
        String value = text(name, "");
        if (value.isEmpty()) {
            throw new ConfigurationException(
                    "%s is not set: set it, for example %s=%s".formatted(name, name, example));
        }
        return value;
    }

    public int number(String name, int otherwise, int least, int most) {
        String value = text(name, Integer.toString(otherwise));
        try {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below, like a number out of range
        }
        throw new ConfigurationException(
                "%s must be a whole number from %d to %d, not '%s'"
                        .formatted(name, least, most, value));
    }

    public Duration seconds(String name, int otherwise, int least, int most) {
        return Duration.ofSeconds(number(name, otherwise, least, most));
    }

    /** {@code LANGEVIN_KAFKA_SECURITY_PROTOCOL=SSL} becomes {@code security.protocol=SSL}. */
    public Map<String, String> properties(String prefix) {
        Map<String, String> properties = new LinkedHashMap<>();
        variables.forEach(
                (name, value) -> {
                    if (name.startsWith(prefix)) {
                        known.add(name);
                        String key = name.substring(prefix.length());
                        properties.put(key.toLowerCase(Locale.ROOT).replace('_', '.'), value);
                    }
                });
        return properties;
    }

    /** Call last, when every setting has been read. */
    public void rejectUnknown() {
        for (String name : variables.keySet()) {
            if (!known.contains(name)) {
                String nearest =
                        known.stream()
                                .min(Comparator.comparingInt(k -> editDistance(k, name)))
                                .orElse("none");
                throw new ConfigurationException(
                        "%s is not a setting of this service: did you mean %s?"
                                .formatted(name, nearest));
            }
        }
    }

    /** Names that this process reads, for documentation and its test. */
    public Set<String> known() {
        return Set.copyOf(known);
    }

    /** Levenshtein distance. */
    static int editDistance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(change, 1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
