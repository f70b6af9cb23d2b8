/** A streaming replica of Postgres that the api reads from. */
import { Duration, Option } from "effect"
import { connectionOf, type DatabaseConnection, sslMode } from "./DatabaseSettings.ts"
import { replicaUrl } from "./internal/databaseUrl.ts"
import * as Quantity from "./Quantity.ts"
import * as Settings from "./Settings.ts"

/** A streaming replica of the database, for reads that may be a little behind. */
export interface ReadReplicaSettings {
  readonly connection: DatabaseConnection
  /** A replica that is further behind is not read from. */
  readonly maxLag: Duration.Duration
}

/** The replica that the api reads from, if there is one. It has a pool as large as that of the database. */
export const readReplicaSettings: Settings.Settings<Option.Option<ReadReplicaSettings>> = Settings.map(
  Settings.all({
    url: Settings.optional(
      "DATABASE_READ_URL",
      replicaUrl,
      "A streaming replica that lists and statistics are read from, while it is there and not too far behind",
    ),
    maxLag: Settings.withDefault(
      "DATABASE_READ_MAX_LAG",
      Quantity.duration({ minimum: Duration.seconds(1), maximum: Duration.hours(24) }),
      "How far behind the replica may be; reads go to the primary beyond it",
      Duration.seconds(5),
    ),
    sslMode: Settings.optional(...sslMode),
  }),
  ({ maxLag, sslMode, url }) =>
    Option.map(url, (url) => ({ connection: connectionOf(url, sslMode), maxLag })),
)
