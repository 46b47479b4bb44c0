import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** A certificate authority for one test, which nobody trusts. Node can read certificates, but makes none. */
export class Authority {
  readonly #keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  /** In PEM form. */
  readonly certificate: string;

  constructor() {
    this.certificate = certify("Test authority", this.#keys.publicKey, "Test authority", this.#keys.privateKey, [
      extension("2.5.29.19", sequence(tlv(0x01, Buffer.from([0xff])))),
    ]);
  }

  /** A certificate and its key, both in PEM form, for a server of some names. */
  issue(names: readonly string[]): { readonly cert: string; readonly key: string } {
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const alternatives = names.map((name) =>
      /^[\d.]+$/.test(name) ? tlv(0x87, Buffer.from(name.split(".").map(Number))) : tlv(0x82, Buffer.from(name)),
    );
    const cert = certify(names[0] ?? "", publicKey, "Test authority", this.#keys.privateKey, [
      extension("2.5.29.17", sequence(...alternatives)),
    ]);
    return { cert, key: privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
  }
}

function certify(subject: string, key: KeyObject, issuer: string, signer: KeyObject, extensions: readonly Buffer[]) {
  const algorithm = sequence(objectId("1.2.840.10045.4.3.2"));
  const body = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    commonName(issuer),
    sequence(time(Date.now() - 86_400_000), time(Date.now() + 86_400_000)),
    commonName(subject),
    key.export({ type: "spki", format: "der" }),
    tlv(0xa3, sequence(...extensions)),
  );
  const signature = tlv(0x03, Buffer.concat([Buffer.from([0]), sign("sha256", body, signer)]));
  const text = sequence(body, algorithm, signature).toString("base64").replace(/.{64}/g, "$&\n").trimEnd();
  return `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`;
}

function tlv(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tlv(0x30, Buffer.concat(parts));
}

function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = rest.flatMap((part) => {
    const digits = [part & 0x7f];
    for (let more = part >> 7; more > 0; more >>= 7) digits.unshift((more & 0x7f) | 0x80);
    return digits;
  });
  return tlv(0x06, Buffer.from([first * 40 + second, ...bytes]));
}

function commonName(name: string): Buffer {
  return sequence(tlv(0x31, sequence(objectId("2.5.4.3"), tlv(0x0c, Buffer.from(name)))));
}

function time(at: number): Buffer {
  const text = new Date(at).toISOString().replace(/[-:T]|\.\d+/g, "");
  return tlv(0x18, Buffer.from(text));
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(objectId(id), tlv(0x04, value));
}
