// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.Check;
import io.carillon.group.EntryKind;
import io.carillon.group.LogEntry;
import io.carillon.group.RingLog;
import io.carillon.group.wire.ConfigurationCodec;
import java.util.List;
import org.agrona.DirectBuffer;

/** The end of the own log, and what follows from the entries there: configurations, marks of the origins, acknowledgement. */
final class LogTail {
    /** Offers of one process, with room: its counts start above those of any before it, also of what was never ordered. */
    private static final int PROCESS_SHIFT = 28;

    private final RingMachine machine;
    private final RingLog log;
    private final ConfigurationHistory configurations = new ConfigurationHistory();
    private final OriginMarks marks = new OriginMarks();
    private final LogEntry entry = new LogEntry();
    private long logged;
    private long stable;
    private long reported;
    /** Bytes of payload since the last configuration entry. */
    private long lengthSinceConfiguration;
    /**
     * Own offers of this process begin above; earlier ones are nobody's here. The marks alone would not tell: an offer of
     * a former process that only others had logged comes back with their log, and may be cut from this one again.
     */
    private final long ownBefore;

    LogTail(final RingMachine machine, final RingLog log, final long stableIndex) {
        this.machine = machine;
        this.log = log;
        this.logged = log.endIndex();
        this.reported = log.endIndex();
        this.stable = Math.min(stableIndex, log.endIndex());
        restore();
        this.ownBefore = Math.max(marks.of(machine.self), machine.promisedEpoch << PROCESS_SHIFT);
    }

    /** Recomputes from the log what its entries imply. Entries after an epoch's first were offered after that one was stable. */
    private void restore() {
        if (log.endIndex() > log.baseIndex()) {
            final long first = log.firstIndexOf(log.endEpoch());
            // A VIEW after a base of the same epoch is a leave: what follows it does not wait for it.
            final boolean begins = first > 0 && (first == 1 || log.epochAt(first - 1) != log.endEpoch());
            if (begins && first < log.endIndex() && log.read(first, entry) && entry.kind == EntryKind.VIEW) {
                stable = Math.max(stable, first);
            }
        }
        configurations.restore(log, stable);
        marks.clear();
        final Configuration first = configurations.first();
        long index = log.baseIndex();
        if (first != null) {
            marks.restore(first.marks());
            index = first.index();
        }
        lengthSinceConfiguration = 0;
        while (++index <= log.endIndex() && log.read(index, entry)) {
            lengthSinceConfiguration = entry.kind.isConfiguration() ? 0 : lengthSinceConfiguration + entry.payload.capacity();
            if (!entry.kind.isConfiguration()) {
                marks.raise(entry.originMsb, entry.originLsb, entry.originSeq);
            }
        }
    }

    RingLog log() {
        return log;
    }

    EpochTable table() {
        return EpochTable.of(log, stable);
    }

    ConfigurationHistory configurations() {
        return configurations;
    }

    OriginMarks marks() {
        return marks;
    }

    /** The highest number that a former process of this member may have given an offer. */
    long ownBefore() {
        return ownBefore;
    }

    /**
     * Tells whether the log says what this member has acknowledged. One that was given up for the group's does so again
     * with the view for which that was done: it may lack, until then, configurations that the former one held.
     */
    private boolean proves() {
        return log.endEpoch() >= machine.givenUpEpoch;
    }

    /**
     * What the others may know of its configurations: the latest stable one and newer ones, of the same votes the newest; none while it
     * proves nothing.
     */
    List<Configuration> proven() {
        return proves() ? configurations.distinct() : List.of();
    }

    /** Tells whether the first of {@link #proven} is known stable. */
    boolean isFirstProvenStable() {
        final List<Configuration> proven = proven();
        return !proven.isEmpty() && proven.getFirst().index() <= stable;
    }

    long lengthSinceConfiguration() {
        return lengthSinceConfiguration;
    }

    long end() {
        return log.endIndex();
    }

    long stable() {
        return stable;
    }

    /** What this member has logged and may therefore acknowledge. */
    long logged() {
        return logged;
    }

    void onLogged(final long index) {
        logged = Math.max(logged, Math.min(index, log.endIndex()));
    }

    /** Appends an entry of a ring that this member takes part in. False when its payload is malformed. */
    boolean append(final long epoch, final long originMsb, final long originLsb, final long originSeq, final EntryKind kind,
        final DirectBuffer payload, final int offset, final int length) {
        Check.that(machine.orders() && epoch <= machine.promisedEpoch && epoch >= log.endEpoch(),
            "nothing of an older epoch is appended after a promise", epoch, machine.promisedEpoch);
        final long index = log.endIndex() + 1;
        Configuration configuration = null;
        if (kind.isConfiguration()) {
            configuration = ConfigurationCodec.decode(epoch, index, payload, offset, length);
            if (configuration == null) {
                return false;
            }
        }
        final long seqno = log.endSeqno() + (kind.counts() ? 1 : 0);
        log.append(index, seqno, epoch, originMsb, originLsb, originSeq, kind, payload, offset, length);
        lengthSinceConfiguration = configuration != null ? 0 : lengthSinceConfiguration + length;
        if (configuration != null) {
            configurations.add(configuration);
            marks.restore(configuration.marks());
            machine.installer.onConfiguration(configuration);
            machine.barrier.onConfiguration(configuration);
        } else {
            marks.raise(originMsb, originLsb, originSeq);
            if (originLsb == machine.self.lsb() && originMsb == machine.self.msb()) {
                machine.own.removeThrough(originSeq);
            }
        }
        return true;
    }

    /** Cuts what the winner lacks. Own offers among it are open again. */
    void truncateAfter(final long index) {
        Check.that(index >= stable, "a stable entry is never cut", index, stable);
        if (index == log.endIndex()) {
            return;
        }
        machine.trace(TraceEvent.TRUNCATED, index, log.endIndex(), machine.promisedEpoch);
        reopen(index);
        log.truncateAfter(index);
        logged = Math.min(logged, index);
        reported = Math.min(reported, index);
        final long known = stable;
        restore();
        if (stable > known) {
            machine.effects.stable(stable); // the next packet says so
        }
    }

    /** Own offers of this process after {@code index} lose their place. */
    private void reopen(final long index) {
        for (long cut = log.endIndex(); cut > index && log.read(cut, entry); cut--) {
            final boolean mine = entry.originLsb == machine.self.lsb() && entry.originMsb == machine.self.msb();
            if (mine && machine.bug != PlantedBug.CUT_OFFER_FORGOTTEN && entry.originSeq > ownBefore && !entry.kind.isConfiguration()) {
                machine.own.addFirst(entry.originSeq, entry.kind, entry.payload, 0, entry.payload.capacity());
            }
        }
    }

    /**
     * Starts over after a base: the own history is not the group's. What of the own offers was not known to be stable is
     * open again, until the marks of the group's view tell which of them it had ordered.
     */
    void reset(final long index, final long seqno, final long epoch) {
        machine.trace(TraceEvent.RESET, index, seqno, epoch);
        reopen(Math.max(stable, log.baseIndex()));
        log.reset(index, seqno, epoch);
        logged = index;
        reported = index;
        stable = 0;
        configurations.clear();
        marks.clear();
    }

    /** Raises the stable index. True if a configuration became stable with it. */
    boolean settle(final long index) {
        Check.that(index >= stable && index <= log.endIndex(), "stable grows and is held", index, log.endIndex());
        stable = index;
        return configurations.settle(index);
    }

    /** Tells the owner of what was appended, once a batch. */
    void report() {
        if (log.endIndex() > reported) {
            reported = log.endIndex();
            machine.effects.ordered(reported);
        }
    }
}
