/** The objects and uploads of one bucket, and what S3 answers about them. */
import { createHash } from "node:crypto"

/** An answer of S3. */
export interface S3Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer | string
}

/** An upload in parts that is neither completed nor aborted. */
interface Upload {
  readonly key: string
  readonly parts: Map<number, Buffer>
}

/** What a bucket holds; tests may change it. */
export interface Bucket {
  readonly objects: Map<string, Buffer>
  readonly uploads: Map<string, Upload>
}

/** A request for one bucket. */
export interface BucketRequest {
  readonly method: string
  readonly key: string
  readonly query: URLSearchParams
  readonly range: string | undefined
  readonly body: Buffer
}

/** Each part but the last has at least so many bytes. */
const leastPart = 5 * 1024 ** 2

/** Keys of one page of a list; few, so that tests see several pages. */
const pageSize = 3

const xml = (status: number, body: string): S3Answer => ({
  status,
  headers: { "content-type": "application/xml" },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
})

/** A failure, with a code of S3. */
export const failure = (status: number, code: string): S3Answer =>
  xml(status, `<Error><Code>${code}</Code><Message>No &lt;${code}&gt;</Message></Error>`)

const etagOf = (data: Buffer) => `"${createHash("md5").update(data).digest("hex")}"`
const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;")

/** Answers a request and changes the bucket. */
export const answerOf = (bucket: Bucket, request: BucketRequest): S3Answer => {
  const { key, method, query } = request
  if (key === "") return query.has("uploads") ? uploadsOf(bucket, query) : list(bucket, query)
  if (method === "POST" && query.has("uploads")) return begin(bucket, key)
  const id = query.get("uploadId")
  if (id !== null) {
    const upload = bucket.uploads.get(id)
    if (upload?.key !== key) return failure(404, "NoSuchUpload")
    if (method === "DELETE") return bucket.uploads.delete(id) ? { status: 204 } : failure(404, "NoSuchUpload")
    if (method === "POST") return complete(bucket, id, upload, request.body.toString())
    upload.parts.set(Number(query.get("partNumber")), request.body)
    return { status: 200, headers: { etag: etagOf(request.body) } }
  }
  if (method === "PUT") bucket.objects.set(key, request.body)
  if (method === "DELETE") bucket.objects.delete(key)
  if (method === "PUT" || method === "DELETE") return { status: method === "PUT" ? 200 : 204 }
  const found = bucket.objects.get(key)
  return found === undefined ? failure(404, "NoSuchKey") : read(found, request)
}

const read = (found: Buffer, { method, range }: BucketRequest): S3Answer => {
  if (method === "HEAD") return { status: 200, headers: { "content-length": String(found.length) } }
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range ?? "") ?? []
  if (from === undefined) return { status: 200, body: found }
  if (Number(from) >= found.length) return failure(416, "InvalidRange")
  return { status: 206, body: found.subarray(Number(from), Number(to) + 1) }
}

const begin = ({ uploads }: Bucket, key: string): S3Answer => {
  const id = `upload+${uploads.size}/${key.length}=`
  uploads.set(id, { key, parts: new Map() })
  return xml(200, `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`)
}

const complete = (bucket: Bucket, id: string, { key, parts }: Upload, body: string): S3Answer => {
  const named = [...body.matchAll(/<Part><PartNumber>(\d+)<\/PartNumber><ETag>([^<]+)<\/ETag><\/Part>/g)]
  const data = named.map(([, number, etag]) => {
    const part = parts.get(Number(number))
    return part !== undefined && etagOf(part) === etag ? part : undefined
  })
  const chosen = data.filter((part) => part !== undefined)
  if (chosen.length === 0 || chosen.length !== data.length) return failure(400, "InvalidPart")
  if (chosen.slice(0, -1).some((part) => part.length < leastPart)) return failure(400, "EntityTooSmall")
  bucket.uploads.delete(id)
  bucket.objects.set(key, Buffer.concat(chosen))
  return xml(200, `<CompleteMultipartUploadResult><Key>${escaped(key)}</Key></CompleteMultipartUploadResult>`)
}

const uploadsOf = ({ uploads }: Bucket, query: URLSearchParams): S3Answer => {
  const prefix = query.get("prefix") ?? ""
  const found = [...uploads].filter(([, { key }]) => key.startsWith(prefix))
  const listed = found.map(
    ([id, { key }]) => `<Upload><Key>${escaped(key)}</Key><UploadId>${id}</UploadId></Upload>`,
  )
  return xml(200, `<ListMultipartUploadsResult>${listed.join("")}</ListMultipartUploadsResult>`)
}

const list = ({ objects }: Bucket, query: URLSearchParams): S3Answer => {
  const prefix = query.get("prefix") ?? ""
  const after = query.get("continuation-token") ?? ""
  const keys = [...objects.keys()]
    .filter((key) => key.startsWith(prefix) && !key.slice(prefix.length).includes("/"))
    .toSorted()
    .filter((key) => `after ${key}` > after)
  const page = keys.slice(0, pageSize)
  const next =
    keys.length > page.length
      ? `<NextContinuationToken>after ${escaped(page.at(-1) ?? "")}</NextContinuationToken>`
      : ""
  const contents = page.map(
    (key) => `<Contents><Key>${escaped(key)}</Key><Size>${objects.get(key)?.length}</Size></Contents>`,
  )
  return xml(200, `<ListBucketResult>${next}${contents.join("")}</ListBucketResult>`)
}
