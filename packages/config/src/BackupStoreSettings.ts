/**
 * The store of backups that is no folder: AWS S3, or another that speaks its protocol. The variables are those of AWS, so that
 * what operators have set for other tools fits. Read by `backup` and `restore` where they are given an `s3://` URL, and by no app.
 */
import type { Option, Redacted } from "effect"
import * as Kind from "./Kind.ts"
import * as Settings from "./Settings.ts"

/** Where a store is, and who asks it. */
export interface BackupStoreSettings {
  /** None: AWS in this region. */
  readonly endpoint: Option.Option<URL>
  readonly region: string
  readonly accessKeyId: Redacted.Redacted
  readonly secretAccessKey: Redacted.Redacted
  /** Of credentials that end. */
  readonly sessionToken: Option.Option<Redacted.Redacted>
}

const region = Kind.make(
  "the name of a region such as eu-central-1",
  "eu-central-1",
  (text) => (/^[a-z0-9-]{1,60}$/.test(text) ? text : undefined),
  (value) => value,
)

/** The settings of the store of backups. */
export const backupStoreSettings: Settings.Settings<BackupStoreSettings> = Settings.all({
  endpoint: Settings.optional(
    "AWS_ENDPOINT_URL_S3",
    Kind.withExample(Kind.httpUrl, "https://s3.example"),
    "Where a store other than AWS is: MinIO, Ceph, R2",
    "AWS, in AWS_REGION",
  ),
  region: Settings.withDefault(
    "AWS_REGION",
    region,
    "The region of the bucket; stores other than AWS often have but one",
    "us-east-1",
  ),
  accessKeyId: Settings.required(
    "AWS_ACCESS_KEY_ID",
    Kind.token,
    "Name of the key by which the store knows who asks",
  ),
  secretAccessKey: Settings.required("AWS_SECRET_ACCESS_KEY", Kind.token, "The secret of that key"),
  sessionToken: Settings.optional(
    "AWS_SESSION_TOKEN",
    Kind.token,
    "Belongs to a key that is valid for a while",
  ),
})
