package io.langevin.sampling.admission;

import io.langevin.messaging.follow.Cancellations;
import io.langevin.messaging.rules.RecordRules;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.sampling.SamplingConfig;
import io.langevin.sampling.answers.Answers;
import io.langevin.sampling.networks.ServingNetwork;
import io.langevin.sampling.request.EarlyEnd;
import io.langevin.sampling.request.RequestStream;
import io.langevin.sampling.request.SamplingRequest;
import io.langevin.sampling.work.ActiveRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Takes requests from the stream: checks them, answers those that were here before, and lets the
 * others wait until all is there that they need. Owned by one thread.
 */
public final class Admission {
    private static final int CLAIMED_AT_ONCE = 64;

    /** An outcome under a longer key could be larger than its topic takes. */
    private static final int LONGEST_KEY = 1_000;

    private static final int MAXIMUM_ACTIVE = 512;

    /** Requests whose model is not there would fill their partition's ledger if there were more. */
    private static final int MAXIMUM_WAITING = 64;

    private final SamplingConfig config;
    private final RequestStream stream;
    private final Preparation preparation;
    private final Cancellations cancellations;
    private final RepeatedRequests repeated;
    private final Answers answers;
    private final List<WaitingRequest> waiting = new ArrayList<>();

    public Admission(
            SamplingConfig config,
            RequestStream stream,
            Preparation preparation,
            Cancellations cancellations,
            RepeatedRequests repeated,
            Answers answers) {
        this.config = config;
        this.stream = stream;
        this.preparation = preparation;
        this.cancellations = cancellations;
        this.repeated = repeated;
        this.answers = answers;
    }

    /**
     * Takes requests from the stream as long as there is room for them.
     *
     * @param patience how long to wait for the first
     */
    public void claim(Duration patience, Collection<ActiveRequest> active) {
        repeated.settle();
        Duration left = patience;
        for (int claimed = 0; claimed < CLAIMED_AT_ONCE; claimed++) {
            if (waiting.size() >= MAXIMUM_WAITING) {
                refuseOneThatNobodyLoads();
            }
            List<SamplingRequest> claims =
                    stream.poll(left, isRoom(active) ? 1 : 0, this::unreadable);
            if (claims.isEmpty()) {
                return;
            }
            claims.forEach(this::admit);
            left = Duration.ZERO;
        }
    }

    private boolean isRoom(Collection<ActiveRequest> active) {
        return waiting.size() < MAXIMUM_WAITING
                && active.size() < MAXIMUM_ACTIVE
                && images(active) + images() < config.admittedImages()
                && bytes(active) < config.admittedBytes();
    }

    /** Images that want a slot, at most one network call's of each request. */
    public static int images(Collection<ActiveRequest> active) {
        return active.stream().mapToInt(a -> Math.min(a.unfinished(), a.network().slots())).sum();
    }

    /** Images of those who wait. One whose model is not there must not be in others' way. */
    private int images() {
        return waiting.stream().mapToInt(WaitingRequest::images).sum();
    }

    private static long held(Collection<ActiveRequest> active) {
        return active.stream().mapToLong(ActiveRequest::bytes).sum();
    }

    private long bytes(Collection<ActiveRequest> active) {
        return held(active) + waiting.stream().mapToLong(WaitingRequest::bytes).sum();
    }

    /** Its sender is told by the key; nobody whose request has the same id is disturbed. */
    private List<ProducerRecord<String, byte[]>> unreadable(
            ConsumerRecord<String, byte[]> record, String reason) {
        return RecordRules.isId(record.key()) && !repeated.isKnown(record.key())
                ? answers.unreadable(record, reason)
                : List.of();
    }

    private void admit(SamplingRequest request) {
        try {
            request.check();
            Optional<byte[]> outcome = repeated.outcome(request);
            if (outcome.isPresent()) {
                answers.again(request, outcome.get());
            } else if (repeated.isFirst(request)) {
                waiting.add(preparation.of(request));
            } else {
                answers.nothing(request);
            }
        } catch (RejectedException e) {
            refuse(request, e);
        } catch (RuntimeException | StackOverflowError e) {
            refuse(request, Defects.of(request, e));
        }
    }

    /** A request that was admitted and turns out to be more than this program can do. */
    public void fail(SamplingRequest request, Throwable why) {
        refuse(
                request,
                why instanceof RejectedException rejected ? rejected : Defects.of(request, why));
    }

    private void refuse(SamplingRequest request, RejectedException why) {
        repeated.failed(request);
        String key = request.key();
        if (key == null || key.length() > LONGEST_KEY) {
            String id = request.id();
            answers.refuseWithoutKey(request, why, RecordRules.isId(id) && !repeated.isKnown(id));
            return;
        }
        answers.refuse(request, why);
    }

    private void refuseOneThatNobodyLoads() {
        for (WaitingRequest request : waiting) {
            try {
                preparation.refuseUnlessLoading(request);
            } catch (RejectedException e) {
                waiting.remove(request);
                refuse(request.request(), e);
                return;
            }
        }
    }

    /**
     * Requests that can begin now; they wait no longer. Several that came while their network was
     * on its way may be more than there is room for.
     */
    public List<ActiveRequest> ready(Collection<ActiveRequest> active) {
        List<ActiveRequest> all = new ArrayList<>();
        for (var next = waiting.listIterator(); next.hasNext(); ) {
            WaitingRequest request = next.next();
            try {
                var advance = preparation.advance(request, isRoom(active, all));
                if (advance.begun().isPresent()) {
                    next.remove();
                    all.add(advance.begun().get());
                } else {
                    next.set(advance.waiting());
                }
            } catch (RuntimeException | StackOverflowError e) {
                next.remove();
                fail(request.request(), e);
            }
        }
        return all;
    }

    private boolean isRoom(Collection<ActiveRequest> active, List<ActiveRequest> more) {
        return active.size() + more.size() < MAXIMUM_ACTIVE
                && images(active) + images(more) < config.admittedImages()
                && held(active) + held(more) < config.admittedBytes();
    }

    /** Cancelled, expired and lost ones wait no longer. */
    public void endEarly(Instant now) {
        for (WaitingRequest one : List.copyOf(waiting)) {
            SamplingRequest request = one.request();
            Optional<EarlyEnd> end = request.earlyEnd(cancellations, now, 0);
            if (request.isLost() || end.isPresent()) {
                waiting.remove(one);
            }
            end.ifPresent(why -> answers.neverBegan(request, why));
        }
    }

    public boolean isAnyoneWaiting() {
        return !waiting.isEmpty();
    }

    /** Networks that somebody waits for. */
    public List<ServingNetwork.Key> wanted() {
        return waiting.stream().flatMap(request -> request.wanted().stream()).toList();
    }
}
