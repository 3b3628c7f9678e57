package io.langevin.torchfiles;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Function;

/**
 * Reads one pickle as plain values: Map, List, String, Long, BigInteger, Double, Boolean, null,
 * {@link TorchTensor} and {@link NumpyArray}.
 *
 * <p>A pickle is a program for a machine with a stack. This one knows the instructions that values
 * need (protocol 2, and the same values in 3 to 5) and calls nothing but {@link PickledFunction}s;
 * whatever else a file asks for ends the reading.
 */
final class Unpickler {
    private static final int MOST_INSTRUCTIONS = 1_000_000;
    private static final int NEWEST_PROTOCOL = 5;
    private static final int STOP = '.';

    private final PickleInput in;
    private final Function<List<?>, TorchStorage> storages;
    private final List<Object> stack = new ArrayList<>();
    private final Deque<Integer> marks = new ArrayDeque<>();
    private final Map<Integer, Object> memo = new HashMap<>();

    private Unpickler(PickleInput in, Function<List<?>, TorchStorage> storages) {
        this.in = in;
        this.storages = storages;
    }

    /**
     * Reads up to the end of the pickle that begins here.
     *
     * @param storages a storage from its persistent id
     * @throws IllegalArgumentException where it is malformed or asks for more than values
     */
    static Object read(PickleInput in, Function<List<?>, TorchStorage> storages)
            throws IOException {
        try {
            return new PlainValues(MOST_INSTRUCTIONS).of(new Unpickler(in, storages).run());
        } catch (ClassCastException | NoSuchElementException e) {
            throw in.error("is malformed: an instruction met a value of another kind");
        }
    }

    private Object run() throws IOException {
        for (int i = 0; i < MOST_INSTRUCTIONS; i++) {
            int instruction = in.unsignedByte();
            if (instruction == STOP) {
                return pop();
            }
            execute(instruction);
        }
        throw in.error("has more than " + MOST_INSTRUCTIONS + " instructions");
    }

    private void execute(int instruction) throws IOException {
        switch (instruction) {
            case 0x80 -> checkProtocol(in.unsignedByte());
            case 0x95 -> in.int64(); // the length of a frame, which only helps buffering
            case 'N' -> push(null);
            case 0x88 -> push(true);
            case 0x89 -> push(false);
            case 'J' -> push((long) in.int32());
            case 'K' -> push((long) in.unsignedByte());
            case 'M' -> push((long) in.unsignedShort());
            case 0x8a -> push(integer(in.bytes(in.unsignedByte())));
            case 'G' -> push(in.float64());
            case 'X' -> push(UTF_8.decode(in.bytes(in.int32())).toString());
            case 0x8c -> push(UTF_8.decode(in.bytes(in.unsignedByte())).toString());
            case 'T' -> push(new String(in.byteArray(in.int32()), ISO_8859_1));
            case 'U' -> push(new String(in.byteArray(in.unsignedByte()), ISO_8859_1));
            case 'B' -> push(in.byteArray(in.int32()));
            case 'C' -> push(in.byteArray(in.unsignedByte()));
            case '(' -> marks.push(stack.size());
            case ')', ']' -> push(new ArrayList<>());
            case 't', 'l' -> push(popToMark());
            case 0x85, 0x86, 0x87 -> push(popLast(instruction - 0x84));
            case 'a' -> append(popLast(1));
            case 'e' -> append(popToMark());
            case '}' -> push(new LinkedHashMap<>());
            case 'd' -> push(put(new LinkedHashMap<>(), popToMark()));
            case 's' -> setItems(popLast(2));
            case 'u' -> setItems(popToMark());
            case 'q' -> memo.put(in.unsignedByte(), top());
            case 'r' -> memo.put(in.int32(), top());
            case 0x94 -> memo.put(memo.size(), top());
            case 'h' -> push(remembered(in.unsignedByte()));
            case 'j' -> push(remembered(in.int32()));
            case 'c' -> push(named(in.line(), in.line()));
            case 0x93 -> push(named(popLast(2)));
            case 'Q' -> push(storages.apply((List<?>) given(pop())));
            case 'R' -> push(call(popLast(2)));
            case 'b' -> build(pop());
            default ->
                    throw in.error(
                            "has the instruction 0x%02x, which no values need"
                                    .formatted(instruction));
        }
    }

    private void checkProtocol(int protocol) {
        if (protocol > NEWEST_PROTOCOL) {
            throw in.error("must be of protocol 5 or older, not " + protocol);
        }
    }

    /** A little-endian two's complement number of any length; none is zero. */
    private static Number integer(ByteBuffer bytes) {
        byte[] reversed = new byte[bytes.remaining() + 1];
        for (int i = reversed.length - 1; bytes.hasRemaining(); i--) {
            reversed[i] = bytes.get();
        }
        boolean negative = reversed.length > 1 && reversed[1] < 0;
        reversed[0] = (byte) (negative ? -1 : 0);
        BigInteger value = new BigInteger(reversed);
        return value.bitLength() < Long.SIZE ? (Number) value.longValue() : value;
    }

    private Object named(List<Object> names) {
        return named((String) given(names.get(0)), (String) given(names.get(1)));
    }

    /** The whole list of what a pickle may name. */
    private Object named(String module, String name) {
        String whole = module + "." + name;
        for (PickledFunction function : PickledFunction.values()) {
            if (function.officialName().equals(whole)) {
                return function;
            }
        }
        if (module.equals("torch")) {
            var element = TorchElement.of(name);
            if (element.isPresent()) {
                return element.get();
            }
        }
        String printable = whole.substring(0, Math.min(whole.length(), 200));
        throw in.error(
                "names %s, which is not allowed"
                        .formatted(printable.replaceAll("\\P{Print}", "?")));
    }

    private Object call(List<Object> functionAndArguments) {
        List<?> arguments = (List<?>) given(functionAndArguments.get(1));
        return switch ((PickledFunction) given(functionAndArguments.get(0))) {
            case ORDERED_DICT -> orderedDict(arguments);
            case REBUILD_TENSOR -> tensor(arguments);
            case REBUILD_PARAMETER -> (TorchTensor) argument(arguments, 0);
            case NUMPY_SCALAR, NUMPY_SCALAR_2 ->
                    ((NumpyType) argument(arguments, 0)).value((byte[]) argument(arguments, 1));
            case NUMPY_TYPE -> NumpyType.of((String) argument(arguments, 0));
            case NUMPY_ARRAY, NUMPY_ARRAY_2 -> new NumpyArray();
            case NUMPY_ARRAY_CLASS -> throw in.error("makes an array of no numbers");
            case ENCODE -> in.encoded((String) argument(arguments, 0));
        };
    }

    /** Python 3 calls it without arguments, Python 2 with one, the list of pairs. */
    private Map<Object, Object> orderedDict(List<?> arguments) {
        Map<Object, Object> map = new LinkedHashMap<>();
        if (!arguments.isEmpty()) {
            for (Object pair : (List<?>) given(arguments.get(0))) {
                put(map, (List<?>) given(pair));
            }
        }
        return map;
    }

    /** Storage, offset, shape and strides; what follows matters to training alone. */
    private TorchTensor tensor(List<?> arguments) {
        return new TorchTensor(
                (TorchStorage) argument(arguments, 0),
                (Long) argument(arguments, 1),
                longs((List<?>) argument(arguments, 2)),
                longs((List<?>) argument(arguments, 3)));
    }

    private Object argument(List<?> arguments, int i) {
        if (i >= arguments.size()) {
            throw in.error("calls a function without its argument " + (i + 1));
        }
        return given(arguments.get(i));
    }

    private Object given(Object value) {
        if (value == null) {
            throw in.error("has None where a value is needed");
        }
        return value;
    }

    private List<Long> longs(List<?> values) {
        List<Long> longs = new ArrayList<>();
        for (Object value : values) {
            if (!(value instanceof Long number)) {
                throw in.error("has a shape or strides of other things than whole numbers");
            }
            longs.add(number);
        }
        return longs;
    }

    /** Attributes of a dictionary, such as a state_dict's versions of modules, are passed over. */
    private void build(Object attributes) {
        if (top() instanceof NumpyType type && attributes instanceof List<?> state) {
            type.build(state);
            return;
        }
        if (top() instanceof NumpyArray array && attributes instanceof List<?> state) {
            array.build(state, in);
            return;
        }
        if (!(top() instanceof Map) || !(attributes instanceof Map)) {
            throw in.error("gives attributes to something else than a dictionary");
        }
    }

    private void append(List<Object> values) {
        @SuppressWarnings("unchecked") // every list here is one of objects
        List<Object> list = (List<Object>) given(top());
        list.addAll(values);
    }

    private void setItems(List<Object> keysAndValues) {
        @SuppressWarnings("unchecked") // every map here is one of objects
        Map<Object, Object> map = (Map<Object, Object>) given(top());
        put(map, keysAndValues);
    }

    private Map<Object, Object> put(Map<Object, Object> map, List<?> keysAndValues) {
        if (keysAndValues.size() % 2 != 0) {
            throw in.error("has a key without a value");
        }
        for (int i = 0; i < keysAndValues.size(); i += 2) {
            Object key = keysAndValues.get(i);
            if (!(key instanceof String || key instanceof Number || key instanceof Boolean)) {
                throw in.error("has a key that is neither text nor number");
            }
            map.put(key, keysAndValues.get(i + 1));
        }
        return map;
    }

    private Object remembered(int index) {
        if (!memo.containsKey(index)) {
            throw in.error("gets value %d, which it never put".formatted(index));
        }
        return memo.get(index);
    }

    private void push(Object value) {
        stack.add(value);
    }

    private Object pop() {
        return popLast(1).get(0);
    }

    private Object top() {
        checkDepth(1);
        return stack.get(stack.size() - 1);
    }

    private List<Object> popToMark() {
        int mark = marks.pop();
        return cut(mark);
    }

    private List<Object> popLast(int count) {
        checkDepth(count);
        return cut(stack.size() - count);
    }

    /** What lies below the last mark is out of reach. */
    private void checkDepth(int count) {
        int bottom = marks.isEmpty() ? 0 : marks.peek();
        if (stack.size() - bottom < count) {
            throw in.error("takes a value from an empty stack");
        }
    }

    private List<Object> cut(int from) {
        List<Object> tail = stack.subList(from, stack.size());
        List<Object> values = new ArrayList<>(Arrays.asList(tail.toArray()));
        tail.clear();
        return values;
    }
}
