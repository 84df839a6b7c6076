// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.ssl.OpenSsl;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What files of {@code socket.ssl*} are taken, and what is said of the others. The keys among the resources are OpenSSL's work. */
class TlsCredentialsTest {
    private static final String PASSWORD = "correct horse";

    @TempDir
    private Path directory;

    @Test
    void theLibraryThatTheDistributionBringsLoads() {
        assertTrue(OpenSsl.isAvailable(), () -> String.valueOf(OpenSsl.unavailabilityCause()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rsa.pkcs8", "rsa.pkcs1", "ec.pkcs8", "ec.sec1", "ec.sec1-parameters"})
    void keysInEveryFormOfOpenSslAreRead(final String key) throws Exception {
        assertNotNull(TlsCredentials.read(resources(key, "")).key());
        assertNotNull(TlsSecurity.of(resources(key, "")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rsa.pkcs1-aes256", "rsa.pkcs1-des3", "rsa.pkcs8-aes256", "ec.sec1-aes128", "ec.pkcs8-aes128"})
    void encryptedKeysAreOpenedByThePasswordFile(final String key) throws Exception {
        final Path password = Files.writeString(directory.resolve("password"), PASSWORD + "\nwhat follows is not it\n");
        assertNotNull(TlsSecurity.of(resources(key, password.toString())));
        assertSays(refusal(resources(key, "")), "is encrypted; put its password into the first line of a file", "socket.ssl_password_file");
        Files.writeString(password, "wrong horse");
        assertSays(refusal(resources(key, password.toString())), "socket.ssl_key = '", "socket.ssl_password_file holds another password");
        assertSays(refusal(resources(key, "/nowhere/p")), "socket.ssl_password_file = '/nowhere/p': there is no such file");
    }

    @Test
    void messagesNameFileAndRemedyAndHoldNoSecret() throws Exception {
        final TlsSettings good = new TestAuthority(directory, "ca").node("n");
        assertSays(refusal(with(good, "/nowhere/c", null, null)), "socket.ssl_cert = '/nowhere/c': there is no such file");
        assertSays(refusal(with(good, null, directory.toString(), null)), "is a directory");
        assertSays(refusal(with(good, good.key(), null, null)), "socket.ssl_cert", "holds no certificate in PEM form");
        assertSays(refusal(with(good, null, good.certificate(), null)), "socket.ssl_key", "holds no private key in PEM form");
        assertSays(refusal(with(good, null, null, good.key())), "socket.ssl_ca", "holds no certificate in PEM form");
        assertSays(refusal(with(good, "", null, null)), "socket.ssl_cert = ''");
        assertSays(refusal(with(good, "a\0b", null, null)), "cannot be read");
        final String otherKey = new TestAuthority(directory, "other").node("m").key();
        assertSays(refusal(with(good, null, otherKey, null)), "is not the key of the certificate 'CN=n'", "socket.ssl_cert = '");
        // As with Galera: the others may have other authorities.
        assertNotNull(TlsSecurity.of(with(good, null, null, directory.resolve("other.ca.pem").toString())));
        assertSays(refusal(with(good, null, resource("ed25519.pem"), null)), "is neither a key of RSA nor of an elliptic curve");
        final Path huge = Files.write(directory.resolve("huge"), new byte[PemFile.LENGTH_MAX + 1]);
        assertSays(refusal(with(good, huge.toString(), null, null)), "is longer than");
    }

    @Test
    void certificatesThatWouldBeRefusedAreNotUsed() throws Exception {
        final TestAuthority ca = new TestAuthority(directory, "ca");
        assertSays(refusal(ca.write("old", ca.issue(TestAuthority.expired("old")), ca.pem())), "the certificate 'CN=old' expired at ",
            "socket.ssl_reload=1");
        final var early = TestAuthority.certificate("early").notBefore(Instant.now().plus(Duration.ofHours(1)));
        assertSays(refusal(ca.write("early", ca.issue(early), ca.pem())), "is valid from", "is a clock wrong?");
        final var half = TestAuthority.certificate("half").addExtendedKeyUsageServerAuth();
        assertSays(refusal(ca.write("half", ca.issue(half), ca.pem())), "its extended key usage lacks clientAuth");
        final var whole = TestAuthority.certificate("whole").addExtendedKeyUsageServerAuth().addExtendedKeyUsageClientAuth();
        assertNotNull(TlsSecurity.of(ca.write("whole", ca.issue(whole), ca.pem())));
    }

    @Test
    void aCertificateMayBeItsOwnAuthorityAndAnAuthoritysFileMayHoldMany() throws Exception {
        final TlsSettings own = resources("ec.sec1", "");
        assertEquals("", own.authorities());
        assertNotNull(TlsSecurity.of(own));
        final TestAuthority ca = new TestAuthority(directory, "ca");
        final String many = new TestAuthority(directory, "other").pem() + "some words between them\n" + ca.pem();
        assertNotNull(TlsSecurity.of(ca.write("n", ca.issue(TestAuthority.certificate("n")), many)));
    }

    @Test
    void damagedFilesAreRefusedInWords() throws Exception {
        final TlsSettings good = new TestAuthority(directory, "ca").node("n");
        final SplittableRandom random = new SplittableRandom(20_261_121L);
        for (final String path : List.of(good.certificate(), good.key(), good.authorities())) {
            final byte[] whole = Files.readAllBytes(Path.of(path));
            for (int round = 0; round < 60; round++) {
                final byte[] bytes = random.nextInt(4) == 0 ? java.util.Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
                for (int changes = random.nextInt(4); changes >= 0 && bytes.length > 0; changes--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                }
                Files.write(Path.of(path), bytes);
                try {
                    TlsSecurity.of(good);
                } catch (final TlsException e) {
                    assertTrue(e.getMessage().startsWith("socket.ssl_"), e.getMessage());
                    assertFalse(e.getMessage().contains("Exception"), e.getMessage());
                }
            }
            Files.write(Path.of(path), whole);
        }
        assertNotNull(TlsSecurity.of(good));
    }

    private TlsSettings resources(final String key, final String password) throws IOException {
        return new TlsSettings(resource(key.substring(0, key.indexOf('.')) + ".cert.pem"), resource(key + ".pem"), "", password, "", false);
    }

    private String resource(final String name) throws IOException {
        final Path file = directory.resolve(name);
        try (InputStream in = TlsCredentialsTest.class.getResourceAsStream("/tls/" + name)) {
            Files.write(file, in.readAllBytes());
        }
        return file.toString();
    }

    private static TlsSettings with(final TlsSettings s, final String certificate, final String key, final String authorities) {
        return new TlsSettings(certificate != null ? certificate : s.certificate(), key != null ? key : s.key(),
            authorities != null ? authorities : s.authorities(), "", "", false);
    }

    private static String refusal(final TlsSettings settings) {
        final String message = assertThrows(TlsException.class, () -> TlsSecurity.of(settings)).getMessage();
        assertFalse(message.contains("horse"), message);
        return message;
    }

    private static void assertSays(final String message, final String... parts) {
        for (final String part : parts) {
            assertTrue(message.contains(part), message);
        }
    }
}
