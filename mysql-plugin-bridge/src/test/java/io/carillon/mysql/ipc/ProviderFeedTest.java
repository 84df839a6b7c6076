// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** docs/ipc.md, "Feed": the limit of what is unconsumed, and frames that are whole or absent. */
class ProviderFeedTest {
    private static final int PART = 4 << 20;

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final List<Runnable> passEnd = new ArrayList<>();
    private final FrameWriter writer = new FrameWriter(channel, task -> () -> passEnd.add(task));
    private final ProviderFeed feed = new ProviderFeed(writer);
    private final UnsafeBuffer part = new UnsafeBuffer(new byte[PART]);

    @AfterEach
    void nobodyKeepsWhatWasWritten() {
        writer.close();
        channel.finishAndReleaseAll();
    }

    @Test
    void aWriteSetAboveTheCreditIsFinishedWithoutProgress() {
        final long length = Frames.FEED_CREDIT + 2L * PART;
        feed.onWriteSet(7, 6, 0, true, UUID.randomUUID(), 1, 2, length, part, 0, PART);
        endPass();
        for (long done = PART; done < length; done += PART) {
            assertFalse(feed.isFeedFull(), "held back after " + done + " of " + length + " bytes");
            feed.onWriteSetPart(part, 0, PART);
            endPass();
        }
        assertTrue(feed.isFeedFull(), "the next write set waits until this one is consumed");
    }

    @Test
    void aFrameWhoseBuildingFailedIsNeverSent() {
        writer.begin(Frames.WRITE_SET, 0, 0).i64(1);
        writer.begin(Frames.LOG, 0, 0).i32(0).str("what happened").end();
        endPass();
        final ByteBuf out = channel.readOutbound();
        assertEquals(out.readableBytes(), out.getIntLE(Frames.LENGTH_OFFSET));
        assertEquals(Frames.LOG, out.getShortLE(4));
        out.release();
        assertEquals(0, channel.outboundMessages().size());
    }

    @Test
    void afterTheEnginesFailureOnlyWhatHappenedIsSaid() {
        feed.onSkip(1);
        writer.logOnly();
        feed.onSkip(3);
        writer.begin(Frames.LOG, 0, 0).i32(0).str("what happened").end();
        feed.onSkip(4);
        endPass();
        final ByteBuf out = channel.readOutbound();
        final int first = out.getIntLE(Frames.LENGTH_OFFSET);
        assertEquals(Frames.SKIP, out.getShortLE(Frames.TYPE_OFFSET), "what was said before the failure is whole, and goes out");
        assertEquals(Frames.LOG, out.getShortLE(first + Frames.TYPE_OFFSET), "a gap in the feed would make the provider wait for ever");
        assertEquals(out.readableBytes(), first + out.getIntLE(first + Frames.LENGTH_OFFSET));
        out.release();
        assertEquals(0, channel.outboundMessages().size());
    }

    private void endPass() {
        final List<Runnable> due = List.copyOf(passEnd);
        passEnd.clear();
        due.forEach(Runnable::run);
    }
}
