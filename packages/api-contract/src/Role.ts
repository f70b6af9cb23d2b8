/** The roles of operators, each with all that the one before it may do. */
import { Schema } from "effect"

/**
 * What an operator may do.
 *
 * - `viewer` sees counts, lists, and histories in which every value of a lead is masked.
 * - `operator` sees values as well, previews, replays and pauses.
 * - `admin` manages tokens, and reads the audit.
 */
export const Role = Schema.Literals(["viewer", "operator", "admin"]).annotate({
  identifier: "Role",
  message: "one of viewer, operator, admin",
})
export type Role = typeof Role.Type

/** Whether a role may do what `required` may: `includes("admin", "viewer")` is true. */
export const includes = (role: Role, required: Role): boolean =>
  Role.literals.indexOf(role) >= Role.literals.indexOf(required)
