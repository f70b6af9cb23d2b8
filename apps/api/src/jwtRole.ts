import { Role } from "@lead-gateway/api-contract"

/**
 * The role in the claims of a JWT; undefined if there is none that is known.
 *
 * `claim` is the name of a claim, also one with dots such as `https://leads.example/role`, or a path to it:
 * `realm_access.roles`. Its value is a role, or a list of which the greatest role counts and others are ignored.
 */
export const roleOf = (claims: Readonly<Record<string, unknown>>, claim: string): Role | undefined => {
  const value = Object.hasOwn(claims, claim) ? claims[claim] : valueAt(claims, claim.split("."))
  const names: ReadonlyArray<unknown> = Array.isArray(value) ? value : [value]
  return Role.literals.findLast((role) => names.includes(role))
}

const valueAt = (claims: unknown, path: ReadonlyArray<string>): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, key)
        ? (value as Readonly<Record<string, unknown>>)[key]
        : undefined,
    claims,
  )
