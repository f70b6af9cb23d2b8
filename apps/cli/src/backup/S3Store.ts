/**
 * Backups in a bucket of a store that speaks S3's protocol: AWS, MinIO, Ceph, R2 and others.
 *
 * A dump is uploaded in parts while it is made. Until the upload is completed there is no object, so that one that was interrupted
 * leaves nothing that looks whole; what it has left is removed by the rotation.
 */
import type { BackupStoreSettings } from "@lead-gateway/config"
import { BackupDamaged, BackupFailed } from "./BackupError.ts"
import { type BackupStore, hashOf, type NewFile } from "./BackupStore.ts"
import { s3Client, type S3Client, tag, tags } from "./S3Client.ts"

/** The size of every part but the last: all must have one size for R2. A few are in memory at once. */
const partBytes = 16 * 1024 ** 2

/** As many parts as an upload may have: 156 GiB. */
const mostParts = 10_000

/** What one request reads. */
const rangeBytes = 8 * 1024 ** 2

/** How long a command that fails waits for the store to forget what it has uploaded. */
const discardMs = 10_000

/** A bucket, and what the keys of backups begin with. */
export interface S3Place {
  readonly bucket: string
  /** Empty, or with a slash at its end. */
  readonly prefix: string
}

/** Backups below a prefix of a bucket. */
export const s3Store = (
  settings: BackupStoreSettings,
  { bucket, prefix }: S3Place,
  part = partBytes,
): BackupStore => {
  const send = s3Client(settings, bucket)
  const pathOf = (file: string) => `s3://${bucket}/${prefix}${file}`
  const sizeOf = async (file: string) => {
    const { headers, status } = await send({ method: "HEAD", key: prefix + file })
    return status === 404 ? undefined : Number(headers.get("content-length"))
  }
  const read = async function* (file: string, signal: AbortSignal) {
    const size = (await sizeOf(file)) ?? 0
    for (let from = 0; from < size; from += rangeBytes) {
      const to = Math.min(from + rangeBytes, size) - 1
      const { body } = await send({
        method: "GET",
        key: prefix + file,
        headers: { range: `bytes=${from}-${to}` },
        signal,
      })
      if (body.length !== to - from + 1)
        throw new BackupDamaged({ message: `${pathOf(file)} has changed while it was read` })
      yield body
    }
  }
  const remove = async (file: string) => {
    await send({ method: "DELETE", key: prefix + file })
  }
  return {
    pathOf,
    list: () => listed(send, prefix, pathOf("")),
    sizeOf,
    read,
    create: (file, signal) =>
      upload(send, prefix + file, part, signal, async (sha256) => {
        if ((await hashOf(read(file, signal))) === sha256) return
        throw new BackupDamaged({ message: `${pathOf(file)} is not what was written to it` })
      }),
    write: async (file, text) => {
      await send({
        method: "PUT",
        key: prefix + file,
        body: text,
        headers: { "content-type": "application/json" },
      })
    },
    remove,
    removeUnfinished: async (isOutdated) => {
      // Where the store does not tell, its own rules have to remove them.
      const { body } = await send({ method: "GET", key: "", query: { uploads: "", prefix } }).catch(() => ({
        body: "",
      }))
      for (const one of tags(body.toString(), "Upload")) {
        const [key = "", uploadId = ""] = [tag(one, "Key"), tag(one, "UploadId")]
        if (isOutdated(key.slice(prefix.length))) await send({ method: "DELETE", key, query: { uploadId } })
      }
    },
  }
}

/** The names of all objects directly below a prefix. */
const listed = async (send: S3Client, prefix: string, place: string): Promise<ReadonlyArray<string>> => {
  const names: Array<string> = []
  for (let token: string | undefined, more = true; more;) {
    const { body, status } = await send({
      method: "GET",
      key: "",
      query: {
        "list-type": "2",
        delimiter: "/",
        prefix,
        ...(token !== undefined && { "continuation-token": token }),
      },
    })
    if (status === 404) throw new BackupFailed({ message: `there is no such bucket: ${place}` })
    const page = body.toString()
    names.push(...tags(page, "Contents").map((one) => (tag(one, "Key") ?? "").slice(prefix.length)))
    token = tag(page, "NextContinuationToken")
    more = token !== undefined
  }
  return names.filter((name) => name !== "")
}

/** An upload in parts. The hash of each is in its signature, so that the store compares it. */
const upload = async (
  send: S3Client,
  key: string,
  size: number,
  signal: AbortSignal,
  check: (sha256: string) => Promise<void>,
): Promise<NewFile> => {
  const begun = await send({ method: "POST", key, query: { uploads: "" }, signal })
  const uploadId = tag(begun.body.toString(), "UploadId")
  if (uploadId === undefined) throw new BackupFailed({ message: `the store begins no upload of ${key}` })
  const etags: Array<string> = []
  // One for all parts: an upload must not need more memory than that of its size.
  const waiting = new Uint8Array(size)
  let filled = 0
  let isComplete = false
  const sendPart = async () => {
    if (etags.length === mostParts)
      throw new BackupFailed({
        message: `the dump is larger than ${mostParts} parts of ${size} bytes: back up to a folder`,
      })
    const query = { partNumber: String(etags.length + 1), uploadId }
    const { headers } = await send({ method: "PUT", key, query, body: waiting.subarray(0, filled), signal })
    etags.push(headers.get("etag") ?? "")
    filled = 0
  }
  return {
    append: async (chunk) => {
      for (let from = 0; from < chunk.length;) {
        const taken = chunk.subarray(from, from + size - filled)
        waiting.set(taken, filled)
        filled += taken.length
        from += taken.length
        if (filled === size) await sendPart()
      }
    },
    finish: async (sha256) => {
      if (filled > 0 || etags.length === 0) await sendPart()
      const parts = etags.map(
        (etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag}</ETag></Part>`,
      )
      const body = `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.join("")}</CompleteMultipartUpload>`
      // No such upload: it was completed by a try whose answer was lost. What there is then is compared.
      await send({ method: "POST", key, query: { uploadId }, body, signal })
      isComplete = true
      await check(sha256)
    },
    discard: async () => {
      // Not by the signal of the command, which may be why it is discarded. What remains is removed by a rotation.
      const soon = AbortSignal.timeout(discardMs)
      await send({ method: "DELETE", key, signal: soon, ...(isComplete ? {} : { query: { uploadId } }) })
    },
  }
}
