/** Finds the store that a path or a URL of operators names. */
import { backupStoreSettings, loadSettings } from "@lead-gateway/config"
import { Effect } from "effect"
import { mkdir, stat } from "node:fs/promises"
import { basename, dirname, resolve } from "node:path"
import { BackupFailed } from "./BackupError.ts"
import type { BackupPlace } from "./BackupStore.ts"
import { folderStore } from "./FolderStore.ts"
import { timeOf } from "./Manifest.ts"
import { onDisk } from "./onDisk.ts"

/** The store to back up to: a bucket, or a folder, which is created where it is missing. */
export const openStore = Effect.fnUntraced(function* (to: string) {
  if (isUrl(to)) return yield* openBucket(yield* readUrl(to))
  const folder = resolve(to)
  yield* onDisk(() => mkdir(folder, { recursive: true, mode: 0o700 }))
  return folderStore(folder)
})

/** The backup to restore: one that a file of it names, or the newest of a folder or a prefix. */
export const openPlace = Effect.fnUntraced(function* (path: string) {
  if (isUrl(path)) {
    const { bucket, key } = yield* readUrl(path)
    const isFile = timeOf(basename(key)) !== undefined
    const store = yield* openBucket({ bucket, key: isFile ? key.slice(0, -basename(key).length) : key })
    return { store, name: isFile ? nameOf(basename(key)) : undefined } satisfies BackupPlace
  }
  const found = resolve(path)
  const isFolder = yield* onDisk(() =>
    stat(found).then(
      (file) => file.isDirectory(),
      () => false,
    ),
  )
  return (
    isFolder
      ? { store: folderStore(found), name: undefined }
      : { store: folderStore(dirname(found)), name: nameOf(basename(found)) }
  ) satisfies BackupPlace
})

const nameOf = (file: string): string => file.replace(/\.(dump|dump\.age|json)$/, "")

const isUrl = (text: string): boolean => /^s3:/i.test(text)

/** A bucket, and what follows it. */
interface BucketUrl {
  readonly bucket: string
  readonly key: string
}

/** Names of buckets, and the characters of keys that need no escapes anywhere. */
const pattern = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([\w./-]*))?$/

const readUrl = (url: string): Effect.Effect<BucketUrl, BackupFailed> => {
  const [, bucket, key = ""] = pattern.exec(url) ?? []
  return bucket === undefined || key.split("/").some((part) => part === "." || part === "..")
    ? Effect.fail(
        new BackupFailed({
          message: "expected s3://bucket or s3://bucket/prefix, of letters, digits and . _ - /",
        }),
      )
    : Effect.succeed({ bucket, key })
}

/** Loaded where it is needed: most backups go to folders. */
const openBucket = Effect.fnUntraced(function* ({ bucket, key }: BucketUrl) {
  const { value } = yield* loadSettings(backupStoreSettings)
  const { s3Store } = yield* Effect.promise(() => import("./S3Store.ts"))
  const prefix = key === "" || key.endsWith("/") ? key : `${key}/`
  return s3Store(value, { bucket, prefix })
})
