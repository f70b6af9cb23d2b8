import type { CaseFinding } from "./CaseFinding.ts"
import type { Service } from "./Site.ts"

/** A time without Postgres, in milliseconds since 1970. */
export interface Outage {
  readonly from: number
  readonly to: number
}

/** What the processes printed and should not have: errors outside outages, and traces of defects. */
export const outputFindings = (
  services: ReadonlyArray<Service>,
  outages: ReadonlyArray<Outage>,
): ReadonlyArray<CaseFinding> =>
  services.flatMap(({ name, process }) =>
    process.lines().flatMap((line): ReadonlyArray<CaseFinding> => {
      const kind = kindOf(line, outages)
      return kind === undefined ? [] : [{ number: undefined, kind, detail: `${name}: ${line.slice(0, 600)}` }]
    }),
  )

const kindOf = (line: string, outages: ReadonlyArray<Outage>): string | undefined => {
  const { level, message, timestamp } = entryOf(line)
  if (level === undefined) return "a line that is no log entry"
  const at = Date.parse(timestamp ?? "")
  if (outages.some(({ from, to }) => at >= from && at <= to)) return undefined
  const isDefect =
    level === "error" || /defect|failed|unhandled|uncaught/i.test(message ?? "") || line.includes('"stack"')
  return isDefect ? `logged: ${message}` : undefined
}

interface Entry {
  readonly level?: string
  readonly message?: string
  readonly timestamp?: string
}

const entryOf = (line: string): Entry => {
  try {
    return JSON.parse(line) as Entry
  } catch {
    return {}
  }
}
