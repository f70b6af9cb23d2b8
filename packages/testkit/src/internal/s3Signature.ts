/**
 * Checks the signature of a request to S3 (Signature Version 4), from the bytes on the wire and by Node's hashes alone: nothing is
 * shared with the client that is tested.
 */
import { createHash, createHmac } from "node:crypto"
import type { IncomingMessage } from "node:http"

/** Who may send requests. */
export interface S3Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly region: string
}

const sha256 = (data: Buffer | string) => createHash("sha256").update(data).digest("hex")
const hmac = (key: Buffer | string, data: string) => createHmac("sha256", key).update(data).digest()

/** A part of a path as it is signed: everything but letters, digits and `-._~` is escaped, however it was sent. */
const encoded = (part: string) =>
  encodeURIComponent(decodeURIComponent(part)).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )

const pattern =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/

/** Why a request is refused, as a code of S3; undefined for one that is signed as it should be. */
export const signatureProblem = (
  request: IncomingMessage,
  body: Buffer,
  credentials: S3Credentials,
): string | undefined => {
  const header = (name: string) => String(request.headers[name] ?? "")
  const [, keyId = "", day = "", region = "", names = "", signature] =
    pattern.exec(header("authorization")) ?? []
  if (signature === undefined) return "AccessDenied"
  if (keyId !== credentials.accessKeyId) return "InvalidAccessKeyId"
  if (region !== credentials.region) return "AuthorizationHeaderMalformed"
  const time = header("x-amz-date")
  const at = Date.parse(
    time.replace(
      /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/,
      (_, ...p) => `${p[0]}-${p[1]}-${p[2]}T${p[3]}:${p[4]}:${p[5]}Z`,
    ),
  )
  if (!(Math.abs(Date.now() - at) < 900_000) || !time.startsWith(day)) return "RequestTimeTooSkewed"
  const signed = names.split(";")
  const mustBeSigned = ["host", ...Object.keys(request.headers).filter((name) => name.startsWith("x-amz-"))]
  if (mustBeSigned.some((name) => !signed.includes(name))) return "AccessDenied"
  const hash = header("x-amz-content-sha256")
  if (hash !== sha256(body)) return "XAmzContentSHA256Mismatch"
  const [path = "", query = ""] = (request.url ?? "").split("?")
  const canonical = [
    request.method,
    path.split("/").map(encoded).join("/"),
    query
      .split("&")
      .filter(Boolean)
      .map((part) => (part.includes("=") ? part : `${part}=`))
      .toSorted()
      .join("&"),
    ...signed.map((name) => `${name}:${header(name).trim().replaceAll(/\s+/g, " ")}`),
    "",
    names,
    hash,
  ].join("\n")
  const scope = `${day}/${region}/s3/aws4_request`
  const key = [region, "s3", "aws4_request"].reduce<Buffer>(
    hmac,
    hmac(`AWS4${credentials.secretAccessKey}`, day),
  )
  const expected = hmac(key, ["AWS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n")).toString("hex")
  return expected === signature ? undefined : "SignatureDoesNotMatch"
}
