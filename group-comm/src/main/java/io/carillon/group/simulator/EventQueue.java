// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import java.util.Arrays;

/**
 * Binary heap of events by (time, insertion number). Events live in slots of parallel arrays, so that nothing is
 * allocated per event; a polled slot stays readable until
 * {@link #release}.
 */
final class EventQueue {
    private long[] time = new long[1024];
    private long[] order = new long[1024];
    private byte[] kind = new byte[1024];
    private short[] node = new short[1024];
    private long[] a = new long[1024];
    private long[] b = new long[1024];
    private Object[] attachment = new Object[1024];
    private int[] free = new int[1024];
    private int freeCount;
    private int[] heap = new int[1024];
    private int size;
    private long inserted;

    EventQueue() {
        for (int i = 0; i < free.length; i++) {
            free[i] = free.length - 1 - i;
        }
        freeCount = free.length;
    }

    int size() {
        return size;
    }

    /** Adds an event. The meaning of {@code a}, {@code b} and {@code with} belongs to the kind. */
    void add(final long at, final int eventKind, final int ofNode, final long first, final long second, final Object with) {
        if (freeCount == 0) {
            grow();
        }
        final int slot = free[--freeCount];
        time[slot] = at;
        order[slot] = inserted++;
        kind[slot] = (byte) eventKind;
        node[slot] = (short) ofNode;
        a[slot] = first;
        b[slot] = second;
        attachment[slot] = with;
        push(slot);
    }

    /** Removes the earliest event; its slot, or -1 when there is none. */
    int poll() {
        if (size == 0) {
            return -1;
        }
        final int top = heap[0];
        final int last = heap[--size];
        if (size > 0) {
            siftDown(last);
        }
        return top;
    }

    void release(final int slot) {
        attachment[slot] = null;
        free[freeCount++] = slot;
    }

    long time(final int slot) {
        return time[slot];
    }

    int kind(final int slot) {
        return kind[slot];
    }

    int node(final int slot) {
        return node[slot];
    }

    long a(final int slot) {
        return a[slot];
    }

    long b(final int slot) {
        return b[slot];
    }

    Object attachment(final int slot) {
        return attachment[slot];
    }

    private boolean before(final int left, final int right) {
        return time[left] < time[right] || time[left] == time[right] && order[left] < order[right];
    }

    private void push(final int slot) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, size * 2);
        }
        int at = size++;
        while (at > 0) {
            final int parent = (at - 1) >>> 1;
            if (!before(slot, heap[parent])) {
                break;
            }
            heap[at] = heap[parent];
            at = parent;
        }
        heap[at] = slot;
    }

    private void siftDown(final int slot) {
        int at = 0;
        while (true) {
            int child = 2 * at + 1;
            if (child >= size) {
                break;
            }
            if (child + 1 < size && before(heap[child + 1], heap[child])) {
                child++;
            }
            if (!before(heap[child], slot)) {
                break;
            }
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = slot;
    }

    private void grow() {
        final int old = time.length;
        final int grown = old * 2;
        time = Arrays.copyOf(time, grown);
        order = Arrays.copyOf(order, grown);
        kind = Arrays.copyOf(kind, grown);
        node = Arrays.copyOf(node, grown);
        a = Arrays.copyOf(a, grown);
        b = Arrays.copyOf(b, grown);
        attachment = Arrays.copyOf(attachment, grown);
        free = Arrays.copyOf(free, grown);
        for (int slot = grown - 1; slot >= old; slot--) {
            free[freeCount++] = slot;
        }
    }
}
