/** Who asks: for programs that show a person what he may do. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { DatabaseUnavailable, InternalError } from "./ApiError.ts"
import { OperatorAuth } from "./OperatorAuth.ts"
import { Role } from "./Role.ts"

/** The operator that a credential names. */
export const Me = Schema.Struct({
  name: Schema.String,
  role: Role,
  via: Schema.Literals(["token", "setting", "jwt", "open"]).annotate({
    description:
      "How the operator was recognised; `open` with `ENABLE_AUTH=false`, when everybody is an admin",
  }),
}).annotate({ identifier: "Me", examples: [{ name: "anna", role: "operator", via: "token" }] })
export type Me = typeof Me.Type

const me = HttpApiEndpoint.get("me", "/api/v1/me", {
  success: Me,
  error: [DatabaseUnavailable.response, InternalError.response],
}).annotateMerge(
  OpenApi.annotations({
    summary: "Who asks",
    description: "The name and the role of the credential of this request.",
  }),
)

/** `GET /api/v1/me`: for viewers. */
export class MeGroup extends HttpApiGroup.make("me")
  .add(me)
  .middleware(OperatorAuth)
  .annotateMerge(OpenApi.annotations({ title: "Me", description: "Who asks." })) {}
