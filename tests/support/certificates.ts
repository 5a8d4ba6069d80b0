import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

/** A certificate authority that no system trusts, valid for two days. */
export interface Authority {
  /** PEM. */
  readonly certificate: string;
  readonly issuer: x509.X509Certificate;
  readonly keys: CryptoKeyPair;
}

type CryptoKeyPair = webcrypto.CryptoKeyPair;

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const days = (count: number) => new Date(Date.now() + count * 86_400_000);

const newKeys = async () => await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);

/** Creates an authority. All have the same name and different keys. */
export async function createAuthority(): Promise<Authority> {
  const keys = await newKeys();
  const issuer = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=Test Root CA",
    notBefore: days(-1),
    notAfter: days(2),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: issuer.toString("pem"), issuer, keys };
}

/** Returns a certificate for one IP address, signed by the authority, and its private key, both as PEM. */
export async function serverCertificate(
  { issuer, keys: { privateKey: signingKey } }: Authority,
  address: string,
): Promise<{ certificate: string; key: string }> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    subject: "CN=server",
    issuer: issuer.subject,
    notBefore: days(-1),
    notAfter: days(2),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: "ip", value: address }])],
  });
  const der = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  return { certificate: certificate.toString("pem"), key: x509.PemConverter.encode(der, "PRIVATE KEY") };
}
