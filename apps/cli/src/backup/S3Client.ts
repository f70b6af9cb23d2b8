/**
 * Requests to a store that speaks S3's protocol: signed (Signature Version 4, payloads included), repeated after failures that may
 * pass, and read with the little XML that backups need. Objects are addressed by path, which all such stores understand.
 */
import { AwsV4Signer } from "aws4fetch"
import { Option, Redacted } from "effect"
import type { BackupStoreSettings } from "@lead-gateway/config"
import { createHash } from "node:crypto"
import { setTimeout } from "node:timers/promises"
import { BackupFailed } from "./BackupError.ts"

/** A request for a key of the bucket; an empty key is the bucket itself. */
export interface S3Request {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE"
  readonly key: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array<ArrayBuffer> | string
  readonly signal?: AbortSignal
}

/** An answer, whose body has been read. */
export interface S3Response {
  readonly status: number
  readonly headers: Headers
  readonly body: Buffer
}

/** Sends a request; of answers that are no success only 404 is returned. */
export type S3Client = (request: S3Request) => Promise<S3Response>

/** Tries of one request, with waits of up to 0.4, 0.8, 1.6 and 3.2 s between them. */
const tries = 5

/** How long one request may take, which moves tens of megabytes at most. */
const timeoutMs = 300_000

/** A client for one bucket. */
export const s3Client = (settings: BackupStoreSettings, bucket: string): S3Client => {
  const endpoint = Option.match(settings.endpoint, {
    onNone: () => `https://s3.${settings.region}.amazonaws.com`,
    onSome: ({ origin, pathname }) => `${origin}${pathname}`.replace(/\/$/, ""),
  })
  const send = async ({ body, headers, key, method, query, signal }: S3Request): Promise<S3Response> => {
    const signer = new AwsV4Signer({
      method,
      url: `${endpoint}/${bucket}/${key}?${new URLSearchParams(query).toString().replaceAll("+", "%20")}`,
      // The store refuses a body that does not have this hash.
      headers: { ...headers, "x-amz-content-sha256": sha256Of(body ?? "") },
      service: "s3",
      region: settings.region,
      accessKeyId: Redacted.value(settings.accessKeyId),
      secretAccessKey: Redacted.value(settings.secretAccessKey),
      ...(Option.isSome(settings.sessionToken) && {
        sessionToken: Redacted.value(settings.sessionToken.value),
      }),
    })
    const signed = await signer.sign()
    const timeout = AbortSignal.timeout(timeoutMs)
    const response = await fetch(signed.url, {
      method,
      headers: signed.headers,
      ...(body === undefined ? {} : { body }),
      // A signature is for one address; the answer names the right region.
      redirect: "manual",
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    })
    const received = Buffer.from(await response.arrayBuffer())
    return { status: response.status, headers: response.headers, body: received }
  }
  return async (request) => {
    const place = `${request.method} s3://${bucket}/${request.key}`
    for (let left = tries - 1; ; left--) {
      const answer = await send(request).catch((error: unknown) => {
        if (request.signal?.aborted === true) throw error
        return `${place}: ${causeOf(error)}`
      })
      if (typeof answer !== "string" && (answer.status === 404 || isSuccess(answer))) return answer
      const failure = typeof answer === "string" ? answer : `${place}: ${problemOf(answer)}`
      const mayPass =
        typeof answer === "string" || answer.status >= 500 || answer.status === 429 || answer.status === 200
      if (left === 0 || !mayPass) throw new BackupFailed({ message: failure })
      await setTimeout(
        Math.random() * 400 * 2 ** (tries - 1 - left),
        undefined,
        request.signal && { signal: request.signal },
      )
    }
  }
}

const sha256Of = (body: Uint8Array | string): string => createHash("sha256").update(body).digest("hex")

/** The end of an upload may fail after its answer has begun with 200. */
const isSuccess = ({ body, headers, status }: S3Response): boolean =>
  status >= 200 &&
  status < 300 &&
  !(headers.get("content-type")?.includes("xml") === true && tag(body.toString(), "Error") !== undefined)

/** What the store says of a failure: its code and message alone. Others of its words may hold a key's name. */
const problemOf = ({ body, status }: S3Response): string => {
  const error = body.toString().slice(0, 10_000)
  const words = [tag(error, "Code"), tag(error, "Message")].filter((part) => part !== undefined)
  return [status, ...words].join(" ").slice(0, 300)
}

const causeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return "no answer"
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message
}

/** The text of the first element of this name. */
export const tag = (xml: string, name: string): string | undefined => tags(xml, name)[0]

/** The texts of all elements of this name. */
export const tags = (xml: string, name: string): ReadonlyArray<string> =>
  [...xml.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>([^]*?)</${name}>`, "g"))].map(([, text = ""]) =>
    unescaped(text),
  )

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" }

const unescaped = (text: string): string =>
  text.replaceAll(
    /&(?:(lt|gt|quot|apos|amp)|#(\d+)|#x([\da-f]+));/gi,
    (_, name?: string, decimal?: string, hex?: string) =>
      name === undefined
        ? String.fromCodePoint(decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal))
        : (entities[name] ?? ""),
  )
