// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.certification.log.Durability;
import io.carillon.group.transport.LinkConfig;
import io.carillon.group.transport.LinkMode;
import io.carillon.group.transport.PeerAddress;
import io.carillon.mysql.ipc.Hello;
import io.carillon.wsrep.Gtid;
import io.carillon.wsrep.options.OptionException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NodeSettingsTest {
    private static NodeSettings settings(final String address, final String own, final String options) throws OptionException {
        return NodeSettings.of(new Hello(new UUID(1, 2), 1, "n1", address, "", "/data", options, Gtid.UNDEFINED, -1, -1, new long[0]), own);
    }

    @Test
    void theNodesAddressDecidesWhereItListens() throws OptionException {
        final NodeSettings settings = settings("10.0.0.7:5000", "", "");
        assertEquals(new PeerAddress("0.0.0.0", 5000), settings.transport().listen());
        assertEquals(new PeerAddress("10.0.0.7", 5000), settings.transport().advertised());
        assertEquals("5000", settings.options().text("base_port"));
    }

    @Test
    void anAddressWithoutPortMeansGalerasPort() throws OptionException {
        assertEquals(new PeerAddress("0.0.0.0", 4567), settings("10.0.0.7", "", "").transport().listen());
    }

    @Test
    void optionsWinOverTheAddressAndTheServerOverTheSidecar() throws OptionException {
        final NodeSettings settings = settings("10.0.0.7:5000", "evs.suspect_timeout=PT9S;gcs.fc_limit=3",
            "gmcast.listen_addr=tcp://127.0.0.1:6000;gcs.fc_limit=5;carillon.log.durability=disk;pc.weight=3");
        assertEquals(new PeerAddress("127.0.0.1", 6000), settings.transport().listen());
        assertEquals(6000, settings.transport().advertised().port());
        assertEquals(9_000_000_000L, settings.ring().suspectNs());
        assertEquals(5, settings.replicator().flow().limit());
        assertEquals(Durability.DISK, settings.durability());
        assertEquals(3, settings.ring().weight());
        assertEquals("n1", settings.ring().name());
    }

    @Test
    void furtherNetworksAreRead() throws OptionException {
        assertEquals(LinkConfig.none(), settings("", "", "").transport().links());
        final LinkConfig links = settings("", "", "gmcast.listen_addr=10.0.0.1;carillon.ring.links=10.1.0.1 10.1.0.2,10.2.0.1:5000;"
            + "carillon.ring.link_mode=active").transport().links();
        assertEquals(LinkMode.ACTIVE, links.mode());
        assertEquals(List.of(new LinkConfig.Network(new PeerAddress("10.1.0.1", 4567), List.of(new PeerAddress("10.1.0.2", 4567))),
            new LinkConfig.Network(new PeerAddress("10.2.0.1", 5000), List.of())), links.further());
        final NodeSettings taken = settings("", "", "carillon.ring.links=10.1.0.1");
        assertTrue(assertThrows(IllegalArgumentException.class, taken::transport).getMessage().contains("gmcast.listen_addr"));
        final NodeSettings wrong = settings("", "", "carillon.ring.links=0.0.0.0:1");
        assertTrue(assertThrows(IllegalArgumentException.class, wrong::transport).getMessage().startsWith("carillon.ring.links: "));
        assertThrows(OptionException.class, () -> settings("", "", "carillon.ring.link_mode=rr"));
    }

    /** As Galera 26.4.23 lists them. */
    @Test
    void theServersPlaceIsListed() throws OptionException {
        final NodeSettings settings = settings("10.0.0.7:5000", "", "");
        assertTrue(settings.options().toString().startsWith("base_dir = /data; base_host = 10.0.0.7; base_port = 5000; "));
        assertEquals("/data", settings.options().text("gcache.dir"));
        assertEquals("10.0.0.7", settings.options().text("ist.recv_addr"));
        assertFalse(settings.options().isSet("gmcast.listen_addr"));
        settings.connect();
        assertEquals("tcp://0.0.0.0:5000", settings.options().text("gmcast.listen_addr"));
        final NodeSettings moved = settings("", "", "base_dir=/d;gmcast.listen_addr=tcp://127.0.0.1:6000;ist.recv_addr=a:1");
        moved.connect();
        assertTrue(moved.options().toString().startsWith("base_dir = /d; base_port = 6000; "), moved.options().toString());
        assertEquals("/d", moved.options().text("gcache.dir"));
        assertEquals("a:1", moved.options().text("ist.recv_addr"));
        assertEquals(new PeerAddress("127.0.0.1", 6000), moved.transport().advertised());
    }

    @Test
    void aBadOptionIsNamedWithTheNearest() {
        final OptionException unknown = assertThrows(OptionException.class, () -> settings("", "", "gcs.fc_limti=5"));
        assertTrue(unknown.getMessage().contains("gcs.fc_limti") && unknown.getMessage().contains("gcs.fc_limit"), unknown.getMessage());
        assertThrows(OptionException.class, () -> settings("", "evs.suspect_timeout=never", ""));
    }

    @Test
    void aConfigurationFileGivesSocketDirectoryAndOptions(@TempDir final Path directory) throws Exception {
        final Path file = Files.writeString(directory.resolve("c"), "socket = /run/a.sock\n# comment\ndir=/var/lib/a\ngcs.fc_limit = 7\n");
        final SidecarConfig config = SidecarConfig.read(file);
        assertEquals(new SidecarConfig(Path.of("/run/a.sock"), Path.of("/var/lib/a"), "gcs.fc_limit=7;"), config);
        assertEquals(Path.of("/other"), config.with(Path.of("/other"), null).socket());
        assertEquals(Path.of("/var/lib/a"), config.with(Path.of("/other"), null).directory());
    }

    @Test
    void theProvidersCommandLineIsReadWithoutPicocli() {
        assertEquals(new ChildArguments(Path.of("/s"), Path.of("/d"), 12),
            ChildArguments.of(new String[] {"sidecar", "--dir", "/d", "--socket", "/s", "--parent", "12"}));
        assertNull(ChildArguments.of(new String[] {"sidecar", "--dir", "/d", "--socket", "/s", "--parent", "x"}));
        assertNull(ChildArguments.of(new String[] {"sidecar", "--dir", "/d", "--dir", "/s", "--parent", "12"}));
        assertNull(ChildArguments.of(new String[] {"status", "--dir", "/d", "--socket", "/s", "--parent", "12"}));
        assertNull(ChildArguments.of(new String[] {"sidecar", "--help"}));
    }
}
