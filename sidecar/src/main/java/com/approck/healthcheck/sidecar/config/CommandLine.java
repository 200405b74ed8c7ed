package com.approck.healthcheck.sidecar.config;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Splits arguments into flags and their texts, as Python's argparse does: {@code --flag value}, {@code --flag=value},
 * {@code -P8000}, {@code -P 8000}, {@code -vv}, and any beginning of a long flag that fits only one. A beginning that
 * fitted only one flag of the Python original still means that one.
 */
final class CommandLine {
    private final Map<Flag, List<RawSetting>> given = new EnumMap<>(Flag.class);
    private final List<String> problems;

    CommandLine(String[] args, List<String> problems) {
        this.problems = problems;
        int next = 0;
        while (next < args.length) {
            String arg = args[next++];
            String following = next < args.length ? args[next] : null;
            if (arg.startsWith("--") && arg.length() > 2) {
                next += longFlag(arg, following);
            } else if (arg.startsWith("-") && !arg.startsWith("--") && arg.length() > 1) {
                next += letters(arg, following);
            } else {
                problems.add("'" + arg + "' is not a flag; allowed: the flags of --help, each value after its flag");
            }
        }
    }

    /** In the order given; empty if not. */
    List<RawSetting> all(Flag flag) {
        return given.getOrDefault(flag, List.of());
    }

    boolean has(Flag flag) {
        return given.containsKey(flag);
    }

    /** Returns how many of the following arguments were used. */
    private int longFlag(String arg, String following) {
        int equals = arg.indexOf('=');
        String name = equals < 0 ? arg.substring(2) : arg.substring(2, equals);
        Flag flag = find(name, arg);
        if (flag == null) {
            // The value of a misspelt flag is no problem of its own.
            return equals < 0 && following != null && !looksLikeFlag(following) ? 1 : 0;
        }
        if (equals >= 0) {
            if (!flag.takesValue()) {
                problems.add(flag.flag() + ": '" + arg.substring(equals + 1) + "' is not allowed; it takes no value");
                return 0;
            }
            add(flag, flag.flag(), arg.substring(equals + 1));
            return 0;
        }
        return value(flag, flag.flag(), following);
    }

    private int letters(String arg, String following) {
        for (int i = 1; i < arg.length(); i++) {
            Flag flag = find(arg.charAt(i));
            if (flag == null) {
                problems.add("'" + arg + "': -" + arg.charAt(i) + " is not a flag; allowed: -h, -H HOST, -P PORT, -v");
                return 0;
            }
            String origin = "-" + flag.letter;
            if (flag.takesValue()) {
                String rest = arg.substring(i + 1);
                if (rest.isEmpty()) {
                    return value(flag, origin, following);
                }
                add(flag, origin, rest.startsWith("=") ? rest.substring(1) : rest);
                return 0;
            }
            add(flag, origin, "");
        }
        return 0;
    }

    private int value(Flag flag, String origin, String following) {
        if (!flag.takesValue()) {
            add(flag, origin, "");
            return 0;
        }
        if (following == null || looksLikeFlag(following)) {
            problems.add(origin + ": no value; give " + origin + " " + flag.placeholder);
            return 0;
        }
        add(flag, origin, following);
        return 1;
    }

    private void add(Flag flag, String origin, String text) {
        given.computeIfAbsent(flag, absent -> new ArrayList<>(1)).add(new RawSetting(origin, text));
    }

    private static boolean looksLikeFlag(String arg) {
        if (!arg.startsWith("-") || arg.length() == 1) {
            return false;
        }
        char second = arg.charAt(1);
        return !(second >= '0' && second <= '9') && second != '.';
    }

    private static Flag find(char letter) {
        for (Flag flag : Flag.values()) {
            if (flag.letter == letter) {
                return flag;
            }
        }
        return null;
    }

    private Flag find(String name, String arg) {
        List<Flag> fitting = new ArrayList<>(2);
        List<Flag> originals = new ArrayList<>(2);
        for (Flag flag : Flag.values()) {
            if (flag.name.equals(name)) {
                return flag;
            }
            if (flag.name.startsWith(name)) {
                fitting.add(flag);
                if (flag.isOriginal()) {
                    originals.add(flag);
                }
            }
        }
        if (fitting.size() == 1) {
            return fitting.get(0);
        }
        if (originals.size() == 1) {
            return originals.get(0);
        }
        if (fitting.isEmpty()) {
            List<String> known = new ArrayList<>();
            for (Flag flag : Flag.values()) {
                known.add(flag.flag());
            }
            problems.add("'" + arg + "' is not a flag; the nearest is " + Suggestions.of("--" + name, known)
                    + ", --help shows all");
        } else {
            StringBuilder all = new StringBuilder();
            for (Flag flag : fitting) {
                all.append(all.length() == 0 ? "" : ", ").append(flag.flag());
            }
            problems.add("'" + arg + "' fits more than one flag: " + all);
        }
        return null;
    }
}
