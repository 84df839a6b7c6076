// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class GroupUrlTest {
    @Test
    void whoIsNamedWithoutAPortHasThePortThatThisNodeWouldTake() {
        final GroupUrl url = GroupUrl.parse("gcomm://a,b:1234, tcp://c ,[::1],fe80::2?gmcast.segment=3&pc.weight=2", 25000);
        assertEquals(List.of("a:25000", "b:1234", "c:25000", "[::1]:25000", "[fe80::2]:25000"), url.addresses());
        assertEquals(Map.of("gmcast.segment", "3", "pc.weight", "2"), url.options());
        assertEquals("gcomm://a:25000,b:1234,c:25000,[::1]:25000,[fe80::2]:25000", url.withoutOptions());
        assertEquals(url.addresses(), GroupUrl.parse(url.withoutOptions(), 1).addresses());
    }

    @Test
    void nobodyNamedMeansANewGroup() {
        assertEquals(List.of(), GroupUrl.parse("gcomm://", 4567).addresses());
        assertEquals("gcomm://", GroupUrl.parse("gcomm://?pc.weight=2", 4567).withoutOptions());
    }

    @ParameterizedTest
    @ValueSource(strings = {"dummy://", "a,b", "gcomm://a:0", "gcomm://a:65536", "gcomm://a:port", "gcomm://a?weight"})
    void whatIsWrongIsSaid(final String url) {
        final String message = assertThrows(IllegalArgumentException.class, () -> GroupUrl.parse(url, 4567)).getMessage();
        assertTrue(message.contains("wsrep_cluster_address") && message.contains(url), message);
    }
}
