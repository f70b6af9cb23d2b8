/**
 * A store of S3's kind with one bucket, in memory: a real HTTP server on a free port of 127.0.0.1, which checks signatures and the
 * hashes of bodies, and can misbehave. It knows what backups need: objects, ranges, lists in pages, uploads in parts.
 */
import { Effect } from "effect"
import { once } from "node:events"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { answerOf, type Bucket, type BucketRequest, failure, type S3Answer } from "./internal/s3Objects.ts"
import { signatureProblem } from "./internal/s3Signature.ts"

/** What happens to a request instead of what it asks for: an answer, or its connection is cut. Undefined: nothing. */
export type S3Fault = (request: BucketRequest) => S3Answer | "cut" | undefined

/** A running store. */
export interface TestS3 {
  /** `s3://…` of its bucket. */
  readonly bucketUrl: string
  /** The settings by which clients find it and may write. */
  readonly env: Readonly<Record<string, string>>
  /** What it holds. */
  readonly bucket: Bucket
  /** The requests so far, such as `PUT backups/a?partNumber`, without values. */
  readonly requests: () => ReadonlyArray<string>
  readonly faults: (fault: S3Fault) => void
}

const name = "leads"
const credentials = { accessKeyId: "AKIATEST", secretAccessKey: "secret/of+the=store", region: "eu-test-1" }

/** Starts stores for tests. */
export const TestS3 = {
  /** A store that is closed with the scope. */
  make: Effect.gen(function* () {
    const bucket: Bucket = { objects: new Map(), uploads: new Map() }
    const requests: Array<string> = []
    let fault: S3Fault = () => undefined
    const handle = async (request: IncomingMessage, response: ServerResponse) => {
      const chunks: Array<Buffer> = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const body = Buffer.concat(chunks)
      const url = new URL(request.url ?? "", "http://s3")
      const [, bucketName, ...rest] = decodeURIComponent(url.pathname).split("/")
      const asked: BucketRequest = {
        method: request.method ?? "",
        key: rest.join("/"),
        query: url.searchParams,
        range: request.headers.range,
        body,
      }
      requests.push(
        `${asked.method} ${asked.key}${url.search === "" ? "" : "?"}${[...asked.query.keys()].join("&")}`,
      )
      const answer = fault(asked) ?? checked(bucketName, asked, signatureProblem(request, body, credentials))
      if (answer === "cut") return void request.socket.destroy()
      response.writeHead(answer.status, answer.headers)
      response.end(asked.method === "HEAD" ? undefined : answer.body)
    }
    const checked = (bucketName: string | undefined, asked: BucketRequest, problem: string | undefined) => {
      if (problem !== undefined) return failure(403, problem)
      return bucketName === name ? answerOf(bucket, asked) : failure(404, "NoSuchBucket")
    }
    const server = createServer((request, response) => {
      handle(request, response).catch(() => request.socket.destroy())
    })
    server.listen(0, "127.0.0.1")
    yield* Effect.promise(() => once(server, "listening"))
    yield* Effect.addFinalizer(() =>
      Effect.promise(async () => {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      }),
    )
    return {
      bucketUrl: `s3://${name}`,
      env: {
        AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        AWS_REGION: credentials.region,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      },
      bucket,
      requests: () => [...requests],
      faults: (given: S3Fault) => {
        fault = given
      },
    } satisfies TestS3
  }),
}
