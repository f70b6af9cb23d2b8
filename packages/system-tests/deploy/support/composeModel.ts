/**
 * The shape of a compose project, for the keys that are used here and no others: a misspelt key, or a value of a wrong kind,
 * fails. The one package with the schema of the specification has that of 2021, without `develop` and `include`.
 */
import { Schema } from "effect"

const Texts = Schema.Array(Schema.String)
const Map = Schema.Record(Schema.String, Schema.String)
const Time = Schema.String.check(Schema.isPattern(/^\d+(ms|s|m|h)$/))
const Bytes = Schema.String.check(Schema.isPattern(/^\d+[MmGg][Bb]?$/))
const Cpus = Schema.String.check(Schema.isPattern(/^\d+(\.\d+)?$/))
const Resources = Schema.Struct({ cpus: Cpus, memory: Bytes })

const Logging = Schema.Struct({
  driver: Schema.Literals(["json-file", "none"]),
  options: Schema.optionalKey(Schema.Struct({ "max-size": Bytes, "max-file": Schema.String })),
})

const Watch = Schema.Struct({
  action: Schema.Literals(["rebuild", "restart", "sync", "sync+restart"]),
  path: Schema.String,
  ignore: Schema.optionalKey(Texts),
})

const Service = Schema.Struct({
  image: Schema.optionalKey(Schema.String),
  build: Schema.optionalKey(
    Schema.Struct({
      context: Schema.String,
      dockerfile: Schema.String,
      target: Schema.String,
      args: Schema.optionalKey(Map),
    }),
  ),
  command: Schema.optionalKey(Texts),
  user: Schema.optionalKey(Schema.String),
  restart: Schema.optionalKey(Schema.Literals(["unless-stopped", "no"])),
  read_only: Schema.optionalKey(Schema.Boolean),
  tmpfs: Schema.optionalKey(Texts),
  cap_drop: Schema.optionalKey(Texts),
  cap_add: Schema.optionalKey(Texts),
  security_opt: Schema.optionalKey(Texts),
  shm_size: Schema.optionalKey(Bytes),
  stop_grace_period: Schema.optionalKey(Time),
  env_file: Schema.optionalKey(
    Schema.Array(Schema.Struct({ path: Schema.String, required: Schema.optionalKey(Schema.Boolean) })),
  ),
  environment: Schema.optionalKey(Map),
  secrets: Schema.optionalKey(Texts),
  ports: Schema.optionalKey(Schema.Array(Schema.String.check(Schema.isPattern(/^([\d.]+:)?\d+:\d+$/)))),
  volumes: Schema.optionalKey(Schema.Array(Schema.String.check(Schema.isPattern(/^[^:]+:\/[^:]+(:ro)?$/)))),
  networks: Schema.optionalKey(Texts),
  depends_on: Schema.optionalKey(
    Schema.Record(
      Schema.String,
      Schema.Struct({
        condition: Schema.Literals(["service_healthy", "service_started", "service_completed_successfully"]),
      }),
    ),
  ),
  healthcheck: Schema.optionalKey(
    Schema.Struct({
      test: Texts,
      interval: Time,
      timeout: Time,
      retries: Schema.optionalKey(Schema.Int),
      start_period: Schema.optionalKey(Time),
    }),
  ),
  deploy: Schema.optionalKey(
    Schema.Struct({
      replicas: Schema.optionalKey(Schema.Int),
      resources: Schema.Struct({ limits: Resources, reservations: Resources }),
    }),
  ),
  logging: Schema.optionalKey(Logging),
  develop: Schema.optionalKey(Schema.Struct({ watch: Schema.Array(Watch) })),
})

export type ServiceType = typeof Service.Type

export const Model = Schema.Struct({
  name: Schema.String,
  services: Schema.Record(Schema.String, Service),
  networks: Schema.optionalKey(
    Schema.Record(
      Schema.String,
      Schema.NullOr(Schema.Struct({ internal: Schema.optionalKey(Schema.Boolean) })),
    ),
  ),
  volumes: Schema.optionalKey(Schema.Record(Schema.String, Schema.Null)),
  secrets: Schema.optionalKey(Schema.Record(Schema.String, Schema.Struct({ file: Schema.String }))),
})

export type ModelType = typeof Model.Type
