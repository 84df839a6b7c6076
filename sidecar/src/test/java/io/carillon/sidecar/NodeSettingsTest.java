// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.certification.log.Durability;
import io.carillon.group.ring.TokenRotation;
import io.carillon.group.transport.LinkConfig;
import io.carillon.group.transport.LinkMode;
import io.carillon.group.transport.PeerAddress;
import io.carillon.group.transport.UdpConfig;
import io.carillon.mysql.ipc.Hello;
import io.carillon.wsrep.Gtid;
import io.carillon.wsrep.options.OptionException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NodeSettingsTest {
    private static NodeSettings settings(final String address, final String own, final String options) throws OptionException {
        return NodeSettings.of(new Hello(new UUID(1, 2), 1, "n1", address, "", "/data", options, Gtid.UNDEFINED, -1, -1, new long[0], 0),
            own);
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
    void theTokenGoesRoundAsTheOptionsSay() throws OptionException {
        assertEquals(TokenRotation.PARKED, settings("", "", "").ring().rotation());
        assertEquals(TokenRotation.rotating(), settings("", "", "carillon.ring.token=rotate").ring().rotation());
        assertEquals(new TokenRotation(true, 50, 17, 0, 561_000_000L), settings("", "",
            "carillon.ring.token=rotate;carillon.ring.window=50;carillon.ring.personal_window=17;carillon.ring.accelerated_window=0;"
                + "carillon.ring.token_hold=PT0.561S").ring().rotation());
        assertThrows(OptionException.class, () -> settings("", "", "carillon.ring.window=0"));
        assertThrows(OptionException.class, () -> settings("", "", "carillon.ring.token=round"));
        final NodeSettings personal = settings("", "", "carillon.ring.window=10");
        final String tooMuch = assertThrows(IllegalArgumentException.class, personal::ring).getMessage();
        assertTrue(tooMuch.contains("carillon.ring.personal_window=20") && tooMuch.contains("carillon.ring.window=10"), tooMuch);
        final NodeSettings accelerated = settings("", "", "carillon.ring.personal_window=10");
        final String tooFast = assertThrows(IllegalArgumentException.class, accelerated::ring).getMessage();
        assertTrue(tooFast.contains("carillon.ring.accelerated_window=15"), tooFast);
        final NodeSettings hold = settings("", "", "carillon.ring.token_hold=PT0.001S");
        final String tooShort = assertThrows(IllegalArgumentException.class, hold::ring).getMessage();
        assertTrue(tooShort.contains("carillon.ring.token_hold=PT0.001S"), tooShort);
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

    @Test
    void udpNeedsAKeyOrThatNoneIsWanted(@TempDir final Path directory) throws Exception {
        assertNull(settings("", "", "carillon.ring.transport=tcp").transport().udp());
        final UdpConfig open = settings("", "", "carillon.ring.transport=udp;carillon.ring.key=none").transport().udp();
        assertEquals(new UdpConfig(null, null, 1), open);
        final Path key = directory.resolve("ring.key");
        Files.writeString(key, Base64.getEncoder().encodeToString(new byte[32]) + "\n");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        final UdpConfig multicast = settings("", "", "gmcast.mcast_addr=239.1.2.3;gmcast.mcast_ttl=3;carillon.ring.key=" + key)
            .transport().udp();
        assertEquals(new PeerAddress("239.1.2.3", 4567), multicast.multicast());
        assertEquals(3, multicast.multicastTtl());
        assertNotNull(multicast.key());
        for (final String wrong : List.of("carillon.ring.transport=udp", "gmcast.mcast_addr=239.1.2.3",
            "carillon.ring.transport=udp;carillon.ring.key=" + directory.resolve("none"),
            "gmcast.mcast_addr=239.1.2.3;carillon.ring.transport=tcp;carillon.ring.key=none")) {
            final NodeSettings settings = settings("", "", wrong);
            assertThrows(IllegalArgumentException.class, settings::transport, wrong);
        }
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r-----"));
        final NodeSettings readable = settings("", "", "carillon.ring.transport=udp;carillon.ring.key=" + key);
        assertTrue(assertThrows(IllegalArgumentException.class, readable::transport).getMessage().contains("chmod 600"));
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
