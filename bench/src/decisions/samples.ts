/** Checks and payloads, the same in every run. */
import { type Check, nest, type Payload } from "./Check.ts"

/** Numbers from 0 to below 1 that look random (mulberry32). */
const seeded = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) | 0
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
}

const pick = <A>(draw: () => number, from: ReadonlyArray<A>): A => from[Math.floor(draw() * from.length)] as A

const groups = [
  "contact",
  "house.roof",
  "house.building",
  "offer.terms",
  "source.campaign",
  "billing.address",
  "survey",
  "partner",
]

/** Each is met by every text of {@link texts}, and broken by one of {@link wrongs}. */
const textPatterns = [
  "^[A-Za-z0-9]",
  "^.{2,60}$",
  "^[^<>{}]*$",
  "^[A-Za-z0-9 .,'-]+$",
  "[a-z0-9]$",
  "^[^ ]+( [^ ]+){0,7}$",
]
const zipPatterns = ["^66\\d{3}$", "^[1-9]\\d{4}$", "^\\d{5}$", "^6", "[0-8]\\d$"]

const texts = [
  "Erika Mustermann",
  "Am Markt 12",
  "Flachdach",
  "Guter Zustand",
  "as soon as possible, please",
  "spring 2026",
]
const zips = ["66111", "66123", "66482", "66740"]
const wrongs = [
  "<b>Erika</b>",
  "x",
  " ",
  "",
  "{{name}}",
  "a b c d e f g h i j",
  "ends with a dot.",
  null,
  66123,
  true,
  ["66123"],
  undefined,
]

/** The two hundred checks: in each of eight groups three texts with six, a zip code with five, a fact, a presence. */
export const twoHundredChecks: ReadonlyArray<Check> = groups.flatMap((group): ReadonlyArray<Check> => [
  { kind: "present", path: `${group}.id` },
  { kind: "equals", path: `${group}.confirmed`, value: true },
  ...["first", "second", "third"].flatMap((name) =>
    textPatterns.map((pattern): Check => ({ kind: "pattern", path: `${group}.${name}`, pattern })),
  ),
  ...zipPatterns.map((pattern): Check => ({ kind: "pattern", path: `${group}.zip`, pattern })),
])

const passing = (check: Check, draw: () => number): unknown => {
  switch (check.kind) {
    case "present":
      return `id-${Math.floor(draw() * 1e6)}`
    case "equals":
      return check.value
    case "pattern":
      return check.path.endsWith("zip") || check.path.endsWith("zipcode")
        ? pick(draw, zips)
        : pick(draw, texts)
  }
}

/** What else a lead brings. */
const lead: ReadonlyArray<readonly [path: string, value: unknown]> = [
  ["phone", "+49 681 123456"],
  ["email", " Erika@Example.COM"],
  ["first_name", "Erika"],
  ["last_name", "Mustermann"],
  ["city", "Saarbrücken"],
  ["solar_energy_consumption", "5000"],
  ["solar_offer_type", "Kaufen"],
  ["solar_property_type", "Einfamilienhaus"],
  ["solar_roof_type", "a tent"],
  ["solar_area", 80],
]

/**
 * Payloads that meet every check and payloads with one wrong value, in turn; each has as many fields again that
 * no check reads. They are as `JSON.parse` makes them.
 */
export const samplesFor = (checks: ReadonlyArray<Check>, count: number): ReadonlyArray<Payload> => {
  const draw = seeded(count)
  const paths = [...new Map(checks.map((check) => [check.path, check])).values()]
  return Array.from({ length: count }, (_, index) => {
    const values = paths.map((check) => [check.path, passing(check, draw)] as const)
    const others = paths.map(
      ({ path }, other) => [`${path}_other`, pick<unknown>(draw, [other, ...texts])] as const,
    )
    const spoilt = Math.floor(draw() * values.length)
    const wrong = pick(draw, wrongs)
    const spoil = (entry: readonly [string, unknown], at: number) =>
      index % 2 === 1 && at === spoilt ? ([entry[0], wrong] as const) : entry
    const payload = nest([...lead, ...values.map(spoil), ...others])
    return JSON.parse(JSON.stringify(payload)) as Payload
  })
}
