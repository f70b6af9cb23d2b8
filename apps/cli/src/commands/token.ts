/** `lead-gateway token create|list|revoke`: by which operators use the API. */
import { oneLine } from "@lead-gateway/document-check"
import type { OperatorToken, OperatorTokens } from "@lead-gateway/lead-store"
import { Console, Data, Effect, Layer, Option, Result } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { commandLine } from "../Actor.ts"
import { json } from "../Output.ts"

/** The flags make no token. */
class TokenRefused extends Data.TaggedError("TokenRefused")<{ readonly message: string }> {}

/** There is no token of this id. */
class TokenNotFound extends Data.TaggedError("TokenNotFound")<{ readonly message: string }> {}

/** Runs with the tokens of the configured or the embedded database. */
const withTokens = Effect.fnUntraced(function* <A, E>(run: (tokens: Tokens) => Effect.Effect<A, E>) {
  const { OperatorTokens } = yield* Effect.promise(() => import("@lead-gateway/lead-store"))
  const { operatorStore } = yield* Effect.promise(() => import("../Database.ts"))
  return yield* Effect.provide(
    Effect.flatMap(OperatorTokens, run),
    OperatorTokens.layer.pipe(Layer.provide(operatorStore)),
  )
})

type Tokens = Effect.Success<typeof OperatorTokens>

const asJson = (token: OperatorToken) => ({
  id: token.id,
  name: token.name,
  role: token.role,
  created_at: token.createdAt,
  created_by: token.createdBy,
  expires_at: token.expiresAt,
  last_used_at: token.lastUsedAt,
  revoked_at: token.revokedAt,
})

const nameIs = "1 to 64 characters, none of them invisible"
const isName = (name: string): boolean => /^(?! )[^\p{C}\p{Zl}\p{Zp}]{1,64}(?<! )$/u.test(name)

const createFlags = {
  name: Flag.String("name").pipe(
    Flag.withDescription("Who or what uses it, as the audit names them"),
    Flag.filter(isName, () => `expected ${nameIs}`),
  ),
  role: Flag.Literals("role", ["viewer", "operator", "admin"]).pipe(
    Flag.withDescription("viewer sees masked leads, operator their values, admin manages tokens too"),
  ),
  expires: Flag.String("expires").pipe(
    Flag.withDescription("After which time it ends, such as 72h, 90d, 6w, 18mo or 2y; never unless given"),
    Flag.optional,
  ),
  json: json("Print the token with its id and its end as JSON"),
}

/** The interval of Postgres that a text such as `90d` stands for. */
const intervalOf = Effect.fnUntraced(function* (text: string) {
  const { Quantity } = yield* Effect.promise(() => import("@lead-gateway/config"))
  const period = Option.flatten(Result.getSuccess(Quantity.periodOrOff.read(text)))
  if (Option.isNone(period)) {
    return yield* new TokenRefused({
      message: `--expires: ${oneLine(text)} is invalid; use a period such as 72h, 90d, 6w, 18mo or 2y, from 1h to 100y`,
    })
  }
  const { days, hours, months } = period.value
  return { in: `${months} months ${days} days ${hours} hours` }
})

const create = Command.make(
  "create",
  createFlags,
  Effect.fnUntraced(function* ({ expires, json, name, role }) {
    const end = Option.isSome(expires) ? yield* intervalOf(expires.value) : undefined
    const { stored, token } = yield* withTokens((tokens) =>
      tokens.create({ name, role, expires: end }, commandLine()),
    )
    if (json) return yield* Console.log(JSON.stringify({ ...asJson(stored), token }))
    // The token alone is on standard output, so that it can be piped into a file or a secret store.
    yield* Console.error(
      `token ${stored.id}, ${stored.role}, ${stored.expiresAt === null ? "without an end" : `until ${stored.expiresAt.toISOString()}`}; it is not shown again:`,
    )
    yield* Console.log(token)
  }),
).pipe(
  Command.withDescription(
    "Make a token for the API, and print it: once, since only its hash is stored. Requests send it as Authorization: Bearer",
  ),
  Command.withShortDescription("Make a token"),
  Command.withExamples([
    {
      command: "lead-gateway token create --name dashboard --role viewer --expires 90d",
      description: "For a dashboard that shows no values, for 90 days",
    },
    {
      command: "lead-gateway token create --name anna --role admin > anna.token",
      description: "Write a token into a file",
    },
  ]),
)

const day = (date: Date | null): string =>
  date === null ? "-" : date.toISOString().slice(0, 16).replace("T", " ")

const stateOf = ({ expiresAt, revokedAt }: OperatorToken): string => {
  if (revokedAt !== null) return "revoked"
  return expiresAt !== null && expiresAt.getTime() <= Date.now() ? "expired" : "live"
}

/** Tokens of one query. */
const pageSize = 200

const list = Command.make(
  "list",
  { json: json("Print a JSON object for each token, one on each line") },
  Effect.fnUntraced(function* ({ json }) {
    yield* withTokens(
      Effect.fnUntraced(function* (tokens) {
        if (!json) yield* Console.log(line("id", "state", "role", "last used", "until", "name"))
        let before: number | undefined
        while (true) {
          const page = yield* tokens.list({ limit: pageSize, before })
          for (const token of page) {
            yield* Console.log(
              json
                ? JSON.stringify(asJson(token))
                : line(
                    String(token.id),
                    stateOf(token),
                    token.role,
                    day(token.lastUsedAt),
                    day(token.expiresAt),
                    oneLine(token.name),
                  ),
            )
          }
          before = page.at(-1)?.id
          if (page.length < pageSize) return
        }
      }),
    )
  }),
).pipe(
  Command.withDescription("List the tokens, the newest first, those that are revoked or expired too"),
  Command.withShortDescription("List the tokens"),
  Command.withExamples([
    { command: "lead-gateway token list", description: "Show who has one, and when it was used" },
  ]),
)

const line = (id: string, state: string, role: string, used: string, until: string, name: string): string =>
  `${id.padStart(6)}  ${state.padEnd(8)}${role.padEnd(10)}${used.padEnd(18)}${until.padEnd(18)}${name}`

const revoke = Command.make(
  "revoke",
  {
    id: Argument.Int("id").pipe(Argument.withDescription("The token's id, as token list shows it")),
    json: json("Print the token as JSON"),
  },
  Effect.fnUntraced(function* ({ id, json }) {
    const revoked = yield* withTokens((tokens) =>
      Number.isSafeInteger(id) && id > 0 ? tokens.revoke(id, commandLine()) : Effect.succeedNone,
    )
    if (Option.isNone(revoked)) return yield* new TokenNotFound({ message: `there is no token ${id}` })
    const { name } = revoked.value
    yield* Console.log(
      json
        ? JSON.stringify(asJson(revoked.value))
        : `token ${id} of ${oneLine(name)} is revoked: every process refuses it within 5 s`,
    )
  }),
).pipe(
  Command.withDescription("Revoke a token for good: every process refuses it within 5 seconds"),
  Command.withShortDescription("Revoke a token"),
  Command.withExamples([
    { command: "lead-gateway token revoke 7", description: "Revoke the token with the id 7" },
  ]),
)

/** Makes, lists and revokes tokens of operators. */
export const token = Command.make("token").pipe(
  Command.withDescription("Make, list and revoke the tokens by which operators use the API"),
  Command.withExamples([
    {
      command: "lead-gateway token create --name anna --role operator",
      description: "Make a token, which is shown once",
    },
    { command: "lead-gateway token list", description: "Show who has one, and when it was used" },
  ]),
  Command.withSubcommands([create, list, revoke]),
)
