package io.langevin.sampling.slots;

import io.langevin.sampling.request.Priority;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How many slots of a batch each request has at the next network call. INTERACTIVE goes before
 * STANDARD before BATCH, but each of the latter two keeps a reserve while it has work. Within a
 * priority slots are shared out evenly over tenants (max-min fair; who came first has the odd one).
 * Within a tenant requests go in the order in which they would end if all had equal parts: none
 * ends later than it then would, most end much earlier (Friedman and Henderson 2003, the fair
 * sojourn protocol).
 */
public final class SlotShares {
    /**
     * @param images that are not finished
     * @param end when the request would end if all had equal parts, on any clock
     */
    public record Demand(Priority priority, String tenant, int images, double end) {}

    private SlotShares() {}

    /**
     * @param demands in the order in which they came
     * @param reserve of STANDARD and of BATCH each, in slots
     * @return slots of each demand, never more than its images
     */
    public static int[] of(List<Demand> demands, int slots, int reserve) {
        int[] wanted = new int[Priority.values().length];
        for (Demand demand : demands) {
            wanted[demand.priority().ordinal()] += demand.images();
        }
        int[] classes = byPriority(wanted, slots, reserve);
        int[] shares = new int[demands.size()];
        for (Priority priority : Priority.values()) {
            shareAmongTenants(demands, priority, classes[priority.ordinal()], shares);
        }
        return shares;
    }

    /** What a class leaves of its reserve goes to the classes before it. */
    private static int[] byPriority(int[] wanted, int slots, int reserve) {
        int[] given = new int[wanted.length];
        int left = slots;
        for (int k = wanted.length - 1; k > 0; k--) {
            given[k] = Math.min(Math.min(wanted[k], reserve), left);
            left -= given[k];
        }
        for (int k = 0; k < wanted.length; k++) {
            int more = Math.min(wanted[k] - given[k], left);
            given[k] += more;
            left -= more;
        }
        return given;
    }

    private static void shareAmongTenants(
            List<Demand> demands, Priority priority, int slots, int[] shares) {
        Map<String, List<Integer>> tenants = new LinkedHashMap<>();
        for (int i = 0; i < demands.size(); i++) {
            if (demands.get(i).priority() == priority) {
                tenants.computeIfAbsent(demands.get(i).tenant(), t -> new ArrayList<>()).add(i);
            }
        }
        List<List<Integer>> groups = List.copyOf(tenants.values());
        int[] ofTenants =
                evenly(
                        groups.stream()
                                .mapToInt(
                                        group ->
                                                group.stream()
                                                        .mapToInt(i -> demands.get(i).images())
                                                        .sum())
                                .toArray(),
                        slots);
        for (int g = 0; g < groups.size(); g++) {
            List<Integer> byEnd = new ArrayList<>(groups.get(g));
            byEnd.sort(Comparator.comparingDouble(i -> demands.get(i).end()));
            int left = ofTenants[g];
            for (int i : byEnd) {
                shares[i] = Math.min(left, demands.get(i).images());
                left -= shares[i];
            }
        }
    }

    /** Max-min fair: nobody can have more without taking from one who has less. */
    static int[] evenly(int[] wanted, int slots) {
        int[] given = new int[wanted.length];
        int left = slots;
        boolean hungry = true;
        while (left > 0 && hungry) {
            hungry = false;
            for (int i = 0; i < wanted.length && left > 0; i++) {
                if (given[i] < wanted[i]) {
                    given[i]++;
                    left--;
                    hungry = true;
                }
            }
        }
        return given;
    }
}
