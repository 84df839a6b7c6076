// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.tls;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Private keys as OpenSSL writes them: PKCS#8, and the older forms of RSA (PKCS#1) and elliptic curves (SEC 1), in the clear or under a
 * password. No message holds anything of key or password.
 */
final class PrivateKeyFile {
    private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");
    private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");
    private static final byte[] VERSION_0 = {2, 1, 0};

    private PrivateKeyFile() {
    }

    /** Reads the one key in {@code file}. {@code password} is empty where there is none. */
    static PrivateKey read(final PemFile file, final String password) throws TlsException {
        byte[] curve = null;
        for (final PemFile.Block block : file.blocks()) {
            if (block.label().equals("EC PARAMETERS")) {
                curve = block.bytes();
            } else if (block.label().endsWith("PRIVATE KEY")) {
                return key(file.name(), pkcs8(file.name(), block, curve, password));
            }
        }
        throw new TlsException(file.name() + " holds no private key in PEM form ('-----BEGIN PRIVATE KEY-----'); is it the file of the"
            + " certificate?");
    }

    private static byte[] pkcs8(final String name, final PemFile.Block block, final byte[] curve, final String password)
        throws TlsException {
        final boolean oldEncryption = block.headers().getOrDefault("Proc-Type", "").contains("ENCRYPTED");
        final byte[] bytes = oldEncryption ? decryptOld(name, block, password) : block.bytes();
        try {
            return switch (block.label()) {
                case "PRIVATE KEY" -> bytes;
                case "ENCRYPTED PRIVATE KEY" -> decrypt(name, bytes, password);
                case "RSA PRIVATE KEY" -> Der.sequence(VERSION_0, RSA, Der.octets(bytes));
                case "EC PRIVATE KEY" -> Der.sequence(VERSION_0, Der.sequence(EC, curve != null ? curve : Der.curveOf(bytes)),
                    Der.octets(bytes));
                default -> throw new TlsException(name + ": a key of the kind '" + block.label()
                    + "' cannot be used; make one of RSA or of an elliptic curve (openssl genpkey -algorithm EC"
                    + " -pkeyopt ec_paramgen_curve:P-256)");
            };
        } catch (final IndexOutOfBoundsException e) {
            throw damaged(name, oldEncryption);
        }
    }

    private static PrivateKey key(final String name, final byte[] pkcs8) throws TlsException {
        for (final String algorithm : new String[] {"EC", "RSA"}) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (final InvalidKeySpecException e) {
                continue; // of the other kind, or damaged
            } catch (final GeneralSecurityException e) {
                throw new TlsException(name + ": this Java runtime knows no keys of the kind " + algorithm);
            }
        }
        throw new TlsException(name + " is neither a key of RSA nor of an elliptic curve that this Java runtime knows, or it is damaged;"
            + " look at it with 'openssl pkey -noout -text'");
    }

    private static byte[] decrypt(final String name, final byte[] bytes, final String password) throws TlsException {
        needPassword(name, password);
        try {
            final EncryptedPrivateKeyInfo encrypted = new EncryptedPrivateKeyInfo(bytes);
            final String named = encrypted.getAlgName();
            final String algorithm = named.equals("PBES2") || named.equals("1.2.840.113549.1.5.13")
                ? encrypted.getAlgParameters().toString() : named;
            final PBEKeySpec spec = new PBEKeySpec(password.toCharArray());
            final Cipher cipher = Cipher.getInstance(algorithm);
            cipher.init(Cipher.DECRYPT_MODE, SecretKeyFactory.getInstance(algorithm).generateSecret(spec), encrypted.getAlgParameters());
            spec.clearPassword();
            return encrypted.getKeySpec(cipher).getEncoded();
        } catch (final InvalidKeySpecException e) {
            throw damaged(name, true);
        } catch (final GeneralSecurityException | java.io.IOException e) {
            throw new TlsException(name + " is encrypted in a way that this Java runtime cannot read; write it anew with"
                + " 'openssl pkcs8 -topk8 -v2 aes-256-cbc'");
        }
    }

    /** As {@code openssl rsa -aes256} did it before PKCS#8: the key is MD5 of password and salt, as often as is needed. */
    private static byte[] decryptOld(final String name, final PemFile.Block block, final String password) throws TlsException {
        needPassword(name, password);
        final String[] info = block.headers().getOrDefault("DEK-Info", "").split(",");
        final String kind = info[0].strip().toUpperCase(Locale.ROOT);
        final int length = switch (kind) {
            case "AES-128-CBC" -> 16;
            case "AES-192-CBC", "DES-EDE3-CBC" -> 24;
            case "AES-256-CBC" -> 32;
            default -> throw new TlsException(name + " is encrypted with '" + kind + "', which cannot be read; write it anew with"
                + " 'openssl pkcs8 -topk8 -v2 aes-256-cbc'");
        };
        try {
            final byte[] iv = HexFormat.of().parseHex(info[info.length - 1].strip());
            final String algorithm = kind.startsWith("AES") ? "AES" : "DESede";
            final Cipher cipher = Cipher.getInstance(algorithm + "/CBC/PKCS5Padding");
            cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(stretched(password, iv, length), algorithm), new IvParameterSpec(iv));
            return cipher.doFinal(block.bytes());
        } catch (final GeneralSecurityException | IllegalArgumentException e) {
            throw damaged(name, true);
        }
    }

    private static byte[] stretched(final String password, final byte[] iv, final int length) throws GeneralSecurityException {
        final MessageDigest md5 = MessageDigest.getInstance("MD5");
        byte[] out = new byte[0];
        byte[] last = new byte[0];
        while (out.length < length) {
            md5.update(last);
            md5.update(password.getBytes(StandardCharsets.UTF_8));
            md5.update(iv, 0, Math.min(8, iv.length));
            last = md5.digest();
            out = Arrays.copyOf(out, out.length + last.length);
            System.arraycopy(last, 0, out, out.length - last.length, last.length);
        }
        return Arrays.copyOf(out, length);
    }

    private static void needPassword(final String name, final String password) throws TlsException {
        if (password.isEmpty()) {
            throw new TlsException(name + " is encrypted; put its password into the first line of a file, readable for the server's user"
                + " only, and name that in socket.ssl_password_file");
        }
    }

    private static TlsException damaged(final String name, final boolean encrypted) {
        return new TlsException(name + (encrypted ? " cannot be decrypted: socket.ssl_password_file holds another password, or the file is"
            + " damaged" : " is damaged: it is no private key"));
    }
}
