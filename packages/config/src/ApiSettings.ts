/** The HTTP side: where it listens, what it takes, whom it lets in. */
import { type Array, Option, type Redacted, Result } from "effect"
import * as Kind from "./Kind.ts"
import * as Settings from "./Settings.ts"

/** Whom to let in. */
export interface AuthSettings {
  /** Values of `X-Shared-Secret` that a sender may use. */
  readonly sharedSecrets: Array.NonEmptyReadonlyArray<Redacted.Redacted>
  /** Bearer tokens with which operators may see leads. */
  readonly operatorTokens: Array.NonEmptyReadonlyArray<Redacted.Redacted>
}

/** The HTTP side of an app. */
export interface ApiSettings {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** The largest request body, in bytes, after decompression. */
  readonly maxBodyBytes: number
  /** None when everybody may send and look. */
  readonly auth: Option.Option<AuthSettings>
}

const enableAuth = Settings.withDefault(
  "ENABLE_AUTH",
  Kind.boolean,
  "Asks senders for `X-Shared-Secret` and operators for a bearer token; then both secrets must be set",
  false,
)
const sharedSecret = [
  "SHARED_SECRET",
  Kind.tokens,
  "What senders put into `X-Shared-Secret`; several separated by commas allow rotation",
] as const
const operatorTokens = [
  "OPERATOR_TOKENS",
  Kind.tokens,
  "What operators put into `Authorization: Bearer`; several separated by commas",
] as const

const open = Settings.map(
  Settings.all({
    enableAuth,
    sharedSecrets: Settings.optional(...sharedSecret),
    operatorTokens: Settings.optional(...operatorTokens),
  }),
  () => Option.none<AuthSettings>(),
)

const guarded = Settings.map(
  Settings.all({
    enableAuth,
    sharedSecrets: Settings.required(...sharedSecret),
    operatorTokens: Settings.required(...operatorTokens),
  }),
  ({ sharedSecrets, operatorTokens }) => Option.some<AuthSettings>({ sharedSecrets, operatorTokens }),
)

const auth = Settings.choose([open, guarded], (source) =>
  Result.getOrElse(enableAuth.read(source), () => false) ? guarded : open,
)

const listeningOn = (defaultHost: string): Settings.Settings<ApiSettings> =>
  Settings.all({
    host: Settings.withDefault("API_HOST", Kind.host, "Address to listen on", defaultHost),
    port: Settings.withDefault("API_PORT", Kind.listenPort, "Port to listen on; 0 takes any free one", 8080),
    maxBodyBytes: Settings.withDefault(
      "MAX_BODY_BYTES",
      Kind.bytes({ minimum: 1, maximum: 64 * 1024 ** 2 }),
      "The largest request body, after decompression",
      1024 ** 2,
    ),
    auth,
  })

/** The HTTP side of the api: reachable from outside. */
export const apiSettings: Settings.Settings<ApiSettings> = listeningOn("0.0.0.0")

/** The HTTP side of the gateway: reachable from this machine only unless told otherwise. */
export const embeddedApiSettings: Settings.Settings<ApiSettings> = listeningOn("127.0.0.1")
