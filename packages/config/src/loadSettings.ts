/**
 * Reads the settings of a process, and reports names that are probably misspelt.
 *
 * A misspelt name has no effect: the default stays in force, and nothing says so. A name in `.env` is a mistake that
 * stops the start, one in the environment, where other programs have theirs, is a warning. Names that are not near to a
 * setting of any process are left alone, and values are never shown.
 */
import type { Effect } from "effect"
import { variables } from "./everySetting.ts"
import { makeNearestName } from "./internal/nearestName.ts"
import * as Settings from "./Settings.ts"
import * as Source from "./Source.ts"

/** As `Settings.load`, for the settings of this product: misspelt names are reported as well. */
export const loadSettings = <A>(
  settings: Settings.Settings<A>,
  options?: Source.SourceOptions,
): Effect.Effect<Settings.Loaded<A>, Settings.SettingsInvalid> =>
  Settings.load(settings, { ...options, misspelt: misspeltNames })

const secrets = new Set(variables.filter(({ secret }) => secret).map(({ name }) => name))

/** Every name that is read: the variables, and for secrets the names of their files. */
const known = variables.flatMap(({ name }) => (secrets.has(name) ? [name, `${name}_FILE`] : [name]))

const nearestName = makeNearestName(known)

/** What belongs to Node, its package managers, test runners and CI, to OpenTelemetry and AWS. */
const foreign = /^(AWS|OTEL|NODE|NPM|PNPM|YARN|COREPACK|VITEST|TURBO|GITHUB|GITLAB|CI)_/i

/** What Kubernetes and docker set for each service that a container can reach: `API_PORT_8080_TCP_ADDR`. */
const ofService = /_SERVICE_(HOST|PORT)(_|$)|_PORT_\d+_(TCP|UDP|SCTP)(_|$)|_ENV_/

/** A line for each name that is no setting and near to one. */
const misspeltNames = (names: ReadonlyArray<string>): ReadonlyArray<Settings.Misspelt> => {
  const set = new Set(names)
  const isOfService = (name: string) =>
    ofService.test(name) ||
    (name.endsWith("_PORT") && set.has(`${name.slice(0, -"_PORT".length)}_SERVICE_HOST`))
  return names.flatMap((name) => {
    if (known.includes(name) || foreign.test(name) || isOfService(name)) return []
    const nearest = nearestName(name)
    return nearest === undefined ? [] : [{ name, text: `${Source.printName(name)} ${isNone(name, nearest)}` }]
  })
}

const isNone = (name: string, nearest: string): string =>
  name === `${nearest}_FILE`
    ? `is not a setting: only secrets are read from files; did you mean ${nearest}?`
    : `is not a setting; did you mean ${nearest}?`
