/** Tokens of operators: made, listed and revoked by an admin. */
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { DatabaseUnavailable, InternalError, InvalidRequest, NotFound, Unprocessable } from "./ApiError.ts"
import { OperatorAuth } from "./OperatorAuth.ts"
import { pageOf, pageQuery } from "./Page.ts"
import { Role } from "./Role.ts"
import { numberParameter, TimeParameter, Timestamp } from "./WireValue.ts"

const TokenId = Schema.Int.check(Schema.isGreaterThan(0))

/** The role of a token, or one that a newer release has written. */
const StoredRole = Schema.String.annotate({ description: "viewer, operator or admin" })

const fields = {
  id: TokenId,
  name: Schema.String,
  role: StoredRole,
  createdAt: Timestamp,
  createdBy: Schema.String,
  expiresAt: Schema.NullOr(Timestamp),
  lastUsedAt: Schema.NullOr(Timestamp),
  revokedAt: Schema.NullOr(Timestamp),
} as const

const names = {
  createdAt: "created_at",
  createdBy: "created_by",
  expiresAt: "expires_at",
  lastUsedAt: "last_used_at",
  revokedAt: "revoked_at",
} as const

const example = {
  id: 7,
  name: "dashboard",
  role: "viewer",
  created_at: "2026-01-21T10:35:00Z",
  created_by: "anna",
  expires_at: "2026-04-21T10:35:00Z",
  last_used_at: null,
  revoked_at: null,
}

/** A token without its secret. `lastUsedAt` is exact to a minute. */
export const OperatorToken = Schema.Struct(fields).pipe(
  Schema.encodeKeys(names),
  Schema.annotateEncoded({ identifier: "OperatorToken", examples: [example] }),
)
export type OperatorToken = typeof OperatorToken.Type

/** A token as it is made, with its secret: shown here and never again. */
export const CreatedToken = Schema.Struct({
  ...fields,
  token: Schema.String.annotate({ description: "What requests send as `Authorization: Bearer`; shown once" }),
}).pipe(
  Schema.encodeKeys(names),
  Schema.annotateEncoded({
    identifier: "CreatedToken",
    examples: [{ ...example, token: "lgt_3q2-7wEjRWeJq83v_5lV1kz0s8Yb6uHnCqT4aXoD9gMrPpHJxA" }],
  }),
)
export type CreatedToken = typeof CreatedToken.Type

const nameIs = "a text of 1 to 64 characters, none of them invisible"
const roleIs = "one of viewer, operator, admin"

/** The name of a token: 1 to 64 characters, of which none controls a terminal. */
export const TokenName = Schema.String.annotate({ message: nameIs }).check(
  Schema.isPattern(/^(?! )[^\p{C}\p{Zl}\p{Zp}]{1,64}(?<! )$/u, { message: nameIs }),
)

/** What a new token is to be. A key that is none of these is refused, since a misspelt `expires_at` would not expire. */
export const NewToken = Schema.Struct({
  name: TokenName.pipe(Schema.annotateKey({ messageMissingKey: nameIs })),
  role: Schema.Literals(Role.literals)
    .annotate({ message: roleIs })
    .pipe(Schema.annotateKey({ messageMissingKey: roleIs })),
  expiresAt: Schema.optionalKey(TimeParameter),
}).pipe(
  Schema.encodeKeys({ expiresAt: "expires_at" }),
  Schema.annotateEncoded({
    identifier: "NewToken",
    messageUnexpectedKey: "absent: the keys are name, role and expires_at",
    examples: [{ name: "dashboard", role: "viewer", expires_at: "2026-04-21T10:35:00Z" }],
  }),
)
export type NewToken = typeof NewToken.Type

/** A page of tokens. */
export const TokenPage = pageOf({
  item: OperatorToken,
  key: TokenId,
  identifier: "TokenPage",
  examples: [{ data: [example], next_cursor: null }],
})

const params = { id: numberParameter(TokenId, "the id of a token") }

const list = HttpApiEndpoint.get("list", "/api/v1/tokens", {
  query: pageQuery(TokenId),
  success: TokenPage,
  error: [InvalidRequest.response, DatabaseUnavailable.response, InternalError.response],
})
  .annotate(HttpApi.QueryParseOptions, { errors: "all", onExcessProperty: "error" })
  .annotateMerge(
    OpenApi.annotations({
      summary: "The tokens of operators",
      description: "Newest first, those that are revoked or expired too. Secrets are not shown.",
    }),
  )

const create = HttpApiEndpoint.post("create", "/api/v1/tokens", {
  payload: NewToken,
  success: CreatedToken.pipe(HttpApiSchema.status(201)),
  error: [
    InvalidRequest.response,
    Unprocessable.response,
    DatabaseUnavailable.response,
    InternalError.response,
  ],
})
  .annotate(HttpApi.PayloadParseOptions, { errors: "all", onExcessProperty: "error" })
  .annotateMerge(
    OpenApi.annotations({
      summary: "Make a token",
      description: "The answer shows the token's secret, and nothing shows it again: it is stored as a hash.",
    }),
  )

const revoke = HttpApiEndpoint.delete("revoke", "/api/v1/tokens/:id", {
  params,
  success: HttpApiSchema.NoContent,
  error: [NotFound.response, DatabaseUnavailable.response, InternalError.response],
}).annotateMerge(
  OpenApi.annotations({
    summary: "Revoke a token",
    description:
      "For good, in all processes within 5 seconds. A token that is revoked already is answered the same.",
  }),
)

/** `/api/v1/tokens`: for admins. */
export class TokensGroup extends HttpApiGroup.make("tokens")
  .add(list, create, revoke)
  .middleware(OperatorAuth)
  .annotateMerge(
    OpenApi.annotations({ title: "Tokens", description: "By which operators use this API. For admins." }),
  ) {}
