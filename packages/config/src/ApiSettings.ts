/** The HTTP server: its address, the size of requests, and authentication. */
import { Option, type Redacted, Result } from "effect"
import { allowedHosts, type BrowserSettings, corsOrigins } from "./BrowserSettings.ts"
import { type ClientSettings, intakeRateBy, intakeRateLimit, trustedProxies } from "./ClientSettings.ts"
import { hostAlone, isLoopbackHost } from "./HostName.ts"
import { type JwtSettings, jwtSettings } from "./JwtSettings.ts"
import * as Kind from "./Kind.ts"
import { type RequestLimits, requestLimits } from "./RequestLimits.ts"
import { type SenderAuthSettings, senderAuthSettings, uncheckedSenderAuth } from "./SenderAuthSettings.ts"
import { type SenderSettings, senderSettings } from "./SenderSettings.ts"
import * as Settings from "./Settings.ts"

/** The secrets that requests must present. */
export interface AuthSettings extends SenderAuthSettings {
  /** Bearer tokens of operators who may do everything. Some, unless JWTs are accepted. */
  readonly operatorTokens: ReadonlyArray<Redacted.Redacted>
  /** Which JWTs name an operator. */
  readonly jwt: Option.Option<JwtSettings>
}

/** The HTTP server of an app. */
export interface ApiSettings extends BrowserSettings, ClientSettings {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** What requests may cost. */
  readonly limits: RequestLimits
  /** What makes a webhook a duplicate, and whether it may be a form. */
  readonly senders: SenderSettings
  /** None: requests need no secret. */
  readonly auth: Option.Option<AuthSettings>
}

const enableAuth = Settings.withDefault(
  "ENABLE_AUTH",
  Kind.boolean,
  "Requires a secret or a signature of senders, and a bearer token of operators; then `OPERATOR_TOKENS` must be set, and one of `SHARED_SECRET`, `WEBHOOK_SIGNING_SECRETS` and `WEBHOOK_VERIFIER_FILE`",
  false,
)
const operatorTokens = [
  "OPERATOR_TOKENS",
  Kind.tokens,
  "The bearer token of operators who may do everything; several separated by commas. Others use tokens of their own: lead-gateway token create",
] as const

const open = Settings.map(
  Settings.all({
    enableAuth,
    senders: uncheckedSenderAuth,
    operatorTokens: Settings.optional(...operatorTokens),
    jwt: jwtSettings,
  }),
  () => Option.none<AuthSettings>(),
)

/** Somebody must be able to get in. Whether there are tokens in the database is not known yet. */
const someTokens: Settings.Settings<ReadonlyArray<Redacted.Redacted>> = Settings.required(...operatorTokens)
const anyTokens = Settings.map(
  Settings.optional(...operatorTokens),
  Option.getOrElse((): ReadonlyArray<Redacted.Redacted> => []),
)
const tokensUnlessJwt = Settings.choose([someTokens, anyTokens], (source) =>
  Result.match(jwtSettings.read(source), {
    onFailure: () => anyTokens,
    onSuccess: (jwt) => (Option.isSome(jwt) ? anyTokens : someTokens),
  }),
)

const guarded = Settings.map(
  Settings.all({
    enableAuth,
    senders: senderAuthSettings,
    operatorTokens: tokensUnlessJwt,
    jwt: jwtSettings,
  }),
  ({ operatorTokens, jwt, senders }) => Option.some<AuthSettings>({ ...senders, operatorTokens, jwt }),
)

const auth = Settings.choose([open, guarded], (source) =>
  Result.getOrElse(enableAuth.read(source), () => false) ? guarded : open,
)

const listeningOn = (defaultHost: string): Settings.Settings<ApiSettings> =>
  Settings.refine(server(defaultHost), (settings) =>
    settings.intakeRateBy === "credential" && Option.isNone(settings.auth)
      ? Result.fail([
          "INTAKE_RATE_BY: credential has no effect without ENABLE_AUTH=true; set it, or use address",
        ])
      : Result.succeed(settings),
  )

const server = (defaultHost: string): Settings.Settings<ApiSettings> =>
  Settings.all({
    host: Settings.withDefault("API_HOST", Kind.host, "Address to listen on", defaultHost),
    port: Settings.withDefault("API_PORT", Kind.listenPort, "Port to listen on; 0 takes any free one", 8080),
    limits: requestLimits,
    senders: senderSettings,
    auth,
    allowedHosts,
    corsOrigins,
    trustedProxies,
    intakeRateLimit,
    intakeRateBy,
  })

/** The HTTP server of the api: on all addresses by default. */
export const apiSettings: Settings.Settings<ApiSettings> = listeningOn("0.0.0.0")

/** The HTTP server of the gateway: on 127.0.0.1 by default. */
export const embeddedApiSettings: Settings.Settings<ApiSettings> = listeningOn("127.0.0.1")

/**
 * What is wrong with an api that asks nobody who they are, on an address that others can reach; none otherwise. It is
 * permitted: a proxy may authenticate senders and operators.
 */
export const openAccessWarning = ({
  auth,
  host,
}: Pick<ApiSettings, "auth" | "host">): Option.Option<string> =>
  Option.isSome(auth) || isLoopback(host)
    ? Option.none()
    : Option.some(
        `listens on ${host} without authentication: whoever reaches this port can send leads and read all of them; ` +
          "set ENABLE_AUTH=true with SHARED_SECRET and OPERATOR_TOKENS, or API_HOST=127.0.0.1",
      )

const isLoopback = (host: string): boolean => isLoopbackHost(hostAlone(host) ?? host)
