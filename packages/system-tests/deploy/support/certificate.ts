import { Effect } from "effect"
import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"

/** The files of a certificate for localhost and 127.0.0.1, and its text. */
export interface Certificate {
  readonly certificate: string
  readonly key: string
  readonly pem: string
}

/** Makes a certificate of its own authority, which is valid for so many days, by `openssl`. */
export const makeCertificate = (folder: string, days: number): Effect.Effect<Certificate> =>
  Effect.promise(async () => {
    const [certificate, key] = [join(folder, "certificate.pem"), join(folder, "key.pem")]
    const args = [
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost",
      `-days ${days} -addext subjectAltName=DNS:localhost,IP:127.0.0.1`,
    ]
    await promisify(execFile)("openssl", [...args.join(" ").split(" "), "-keyout", key, "-out", certificate])
    return { certificate, key, pem: readFileSync(certificate, "utf8") }
  })
