/**
 * Looks for what no output may hold, in everything that a site has put out beside its leads: logs, metrics, spans, and the
 * tables of events, the audit, keys, tokens and the search.
 */
import { Effect } from "effect"
import { query } from "../../faults/support/Rows.ts"
import { secrets } from "../generate/apis.ts"
import { personalData } from "../generate/payloads.ts"
import type { CaseFinding } from "./CaseFinding.ts"
import type { Site } from "./Site.ts"

/** The outputs of a site by what they are: `the log of the worker`, `the table audit`. */
type Outputs = ReadonlyArray<readonly [name: string, lines: ReadonlyArray<string>]>

/** Tables that hold leads, or the bytes that are sent of them. */
const ofLeads = new Set(["lead", "decision", "delivery", "work"])

const textsOfTable = (site: Site, name: string) =>
  Effect.map(
    query<{ readonly text: string }>(site.postgres.url, `SELECT t::text AS text FROM "${name}" AS t`),
    (rows) => rows.map(({ text }) => text),
  )

/** Everything that may hold nothing of a lead. */
const outputsOf = Effect.fnUntraced(function* (site: Site) {
  const tables = yield* query<{ readonly name: string }>(
    site.postgres.url,
    "SELECT relname AS name FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace ORDER BY 1",
  )
  const outputs: Array<Outputs[number]> = site.services.map(({ name, process }) => [
    `the log of ${name}`,
    process.lines(),
  ])
  for (const { name, port } of site.services) {
    const metrics = yield* Effect.promise(async () =>
      (await fetch(`http://127.0.0.1:${port}/metrics`)).text(),
    )
    outputs.push([`the metrics of ${name}`, [metrics]])
  }
  outputs.push(["the spans", site.collector.requests().map(({ body }) => body)])
  for (const { name } of tables) {
    if (!ofLeads.has(name)) outputs.push([`the table ${name}`, yield* textsOfTable(site, name)])
  }
  return outputs
}, Effect.orDie)

/** A text as it may be written: as it is, percent-encoded, as in a form, in hexadecimal, in Base64 at any place. */
export const writingsOf = (text: string): ReadonlyArray<string> => {
  const encoded = encodeURIComponent(text)
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), Buffer.from(text)])
      .toString("base64url")
      // The first and the last characters depend on what is around.
      .slice(Math.ceil((shift * 4) / 3), -2),
  )
  return [text, encoded, encoded.replaceAll("%20", "+"), Buffer.from(text).toString("hex"), ...base64]
}

/** The first lines of each output that hold one of these texts, in whatever writing. */
export const leaksIn = (outputs: Outputs, texts: ReadonlyArray<string>): ReadonlyArray<CaseFinding> => {
  const writings = [...new Set(texts.flatMap(writingsOf).map(alike))]
  return outputs.flatMap(([name, lines]): ReadonlyArray<CaseFinding> => {
    const line = lines.find((line) => {
      const text = alike(line)
      return token.test(line) || writings.some((writing) => text.includes(writing))
    })
    return line === undefined
      ? []
      : [{ number: undefined, kind: `a lead's value or a secret in ${name}`, detail: line.slice(0, 600) }]
  })
}

/** Both alphabets of Base64 become one, and so do upper and lower case. */
const alike = (text: string): string => text.toLowerCase().replaceAll("+", "-").replaceAll("/", "_")

/** An operator's token. */
const token = /lgt_[\w-]{20}/

/** What generated leads hold, and all secrets. */
const forbidden: ReadonlyArray<string> = [...personalData, ...Object.values(secrets)]

const planted = "planted-value-of-a-lead"

/** The outputs in which a correlation id, which its sender chooses, is found: so the scan sees what is there. */
const plantedIn = ["the log of the open api", "the spans", "the table sender_key"]

/** The leaks of a site. Sends it one more webhook, by which it shows that it finds them. */
export const leaksOf = Effect.fnUntraced(function* (site: Site) {
  const found = leaksIn(yield* outputsOf(site), forbidden)
  yield* Effect.promise(() =>
    fetch(`http://127.0.0.1:${site.open.port}/webhooks/leads`, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "X-Correlation-ID": planted,
        "Idempotency-Key": "planted",
      },
      body: "{}",
    }),
  )
  let missed = plantedIn
  for (let tries = 0; tries < 50 && missed.length > 0; tries++) {
    yield* Effect.sleep("200 millis")
    const kinds = leaksIn(yield* outputsOf(site), [planted]).map(({ kind }) => kind)
    missed = plantedIn.filter((name) => !kinds.some((kind) => kind.endsWith(` in ${name}`)))
  }
  const blind = missed.map((name) => ({
    number: undefined,
    kind: "the scan is blind",
    detail: `it does not find what was planted in ${name}`,
  }))
  return [...found, ...blind]
})
