import { X509Certificate } from "node:crypto";
import { UnreadableFile } from "../files/file-error.ts";
import { readRegularFileSync } from "../files/read-regular-file.ts";

/** What is wrong with a file of certificates, in words that complete "The file … ". */
export class CertificateFault extends Error {}

/** The largest file that is read, in bytes: a bundle of all certificates of a system is about 0.3 MB. */
const limit = 16 * 1024 * 1024;

/** Reads certificates (PEM) of several files. Throws a `CertificateFault` for what is no such file. */
export function readCertificates(files: readonly string[]): readonly string[] {
  return files.flatMap(readFile);
}

function readFile(file: string): readonly string[] {
  const text = readText(file);
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

function readText(file: string): string {
  try {
    const content = readRegularFileSync(file, limit);
    if (content === undefined) throw new CertificateFault(`"${file}" is not there`);
    return content.bytes.toString("latin1");
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    throw new CertificateFault(`"${file}" ${error.message}`, { cause: error });
  }
}
