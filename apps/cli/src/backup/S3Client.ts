/**
 * Requests to a store that speaks S3's protocol: signed (Signature Version 4, payloads included), repeated after failures that may
 * pass, and read with the little XML that backups need. Objects are addressed by path, which all such stores understand.
 */
import { AwsV4Signer } from "aws4fetch"
import type { BackupStoreSettings } from "@lead-gateway/config"
import { Data, Effect, Option, Redacted, Schedule } from "effect"
import { createHash } from "node:crypto"
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

/**
 * Five tries of one request, with waits of about 0.4, 0.8, 1.6 and 3.2 s between them. Each request may come twice: a part replaces
 * itself, an upload that was begun twice is removed by the rotation, and what a completed one holds is compared.
 */
const repeats = Schedule.exponential("400 millis").pipe(Schedule.jittered, Schedule.upTo({ times: 4 }))

/** A request that was not answered with success. */
class S3Failure extends Data.TaggedError("S3Failure")<{
  readonly message: string
  /** Whether it may pass: no answer, or one of a store that is busy or broken. */
  readonly mayPass: boolean
}> {}

/** How long one request may take, which moves tens of megabytes at most. */
const timeoutMs = 300_000

/** A client for one bucket. */
export const s3Client = (settings: BackupStoreSettings, bucket: string): S3Client => {
  const endpoint = Option.match(settings.endpoint, {
    onNone: () => `https://s3.${settings.region}.amazonaws.com`,
    onSome: ({ origin, pathname }) => `${origin}${pathname}`.replace(/\/$/, ""),
  })
  const send = async (
    { body, headers, key, method, query }: S3Request,
    signal: AbortSignal,
  ): Promise<S3Response> => {
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
    const response = await fetch(signed.url, {
      method,
      headers: signed.headers,
      ...(body === undefined ? {} : { body }),
      // A signature is for one address; the answer names the right region.
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    })
    const received = Buffer.from(await response.arrayBuffer())
    return { status: response.status, headers: response.headers, body: received }
  }
  const ask = (request: S3Request) => {
    const failure = (problem: string, mayPass: boolean) =>
      new S3Failure({ message: `${request.method} s3://${bucket}/${request.key}: ${problem}`, mayPass })
    return Effect.tryPromise({
      try: (signal) => send(request, signal),
      catch: (error) => failure(causeOf(error), true),
    }).pipe(
      Effect.filterOrFail(
        (answer) => answer.status === 404 || isSuccess(answer),
        (answer) =>
          failure(problemOf(answer), answer.status >= 500 || answer.status === 429 || answer.status === 200),
      ),
      Effect.retry({ schedule: repeats, while: ({ mayPass }) => mayPass }),
      Effect.mapError(({ message }) => new BackupFailed({ message })),
    )
  }
  return (request) => Effect.runPromise(ask(request), request.signal && { signal: request.signal })
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
