import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { reasonOf } from "../files/read-text.ts";

/** What is wrong with a file of certificates, in words that complete "The file … ". */
export class CertificateFault extends Error {}

/** The largest file that is read, in bytes: a bundle of all certificates of a system is about 0.3 MB. */
const limit = 16 * 1024 * 1024;

/** Reads certificates (PEM) of several files. Throws a `CertificateFault` for what is no such file. */
export function readCertificates(files: readonly string[]): readonly string[] {
  return files.flatMap(readFile);
}

function readFile(file: string): readonly string[] {
  let text: string;
  try {
    const bytes = readFileSync(file);
    if (bytes.length > limit) throw new CertificateFault(`"${file}" is too large for a file of certificates`);
    text = bytes.toString("latin1");
  } catch (error) {
    if (error instanceof CertificateFault) throw error;
    const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
    throw new CertificateFault(`"${file}" ${missing ? "is not there" : reasonOf(error)}`, { cause: error });
  }
  const found = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (found.length === 0) throw new CertificateFault(`"${file}" holds no certificate in PEM form`);
  for (const certificate of found) {
    try {
      new X509Certificate(certificate);
    } catch (cause) {
      throw new CertificateFault(`"${file}" holds a certificate that cannot be read`, { cause });
    }
  }
  return found;
}
