package io.langevin.process;

/** Text from outside as it may be shown on a terminal or stand in a log. */
public final class Inert {
    private Inert() {}

    /**
     * The text with every character that moves a cursor, begins a line, turns the direction of
     * writing or cannot be seen replaced by its number, such as {@code \\u001b}.
     */
    public static String text(String text) {
        if (text.codePoints().noneMatch(Inert::isActive)) {
            return text;
        }
        StringBuilder inert = new StringBuilder(text.length() + 16);
        text.codePoints()
                .forEach(
                        c -> {
                            if (isActive(c)) {
                                inert.append("\\u%04x".formatted(c));
                            } else {
                                inert.appendCodePoint(c);
                            }
                        });
        return inert.toString();
    }

    private static boolean isActive(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED ->
                    true;
            default -> false;
        };
    }
}
