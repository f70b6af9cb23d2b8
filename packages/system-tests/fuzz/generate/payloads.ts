/** JSON texts: leads, and what hostile or broken senders make of them. */
import { maxBodyBytes } from "./Case.ts"
import { type Random, randomBy } from "./Random.ts"
import { sharedKey } from "./senders.ts"

/** What no output may hold: parts of the name, the e-mail addresses and the phone numbers of generated leads. */
export const personalData = [
  "Erika Klarname",
  "@privat.example",
  "1517770000",
  "151 7770000",
  "0151/7770000",
] as const

/** An ordinary lead as JSON text. */
const lead = (random: Random, mark: string): string => {
  const zipcode = random.pick(['"66123"', '"66999"', '"12345"', "66123", "null", '" 66123"', '""'])
  const owner = random.pick(["true", "true", "true", "false", '"true"', "1", "null"])
  const phone = random.pick([
    '"+49 151 7770000"',
    '"0151/7770000"',
    '""',
    "null",
    '"call me"',
    "491517770000",
  ])
  return `{"source":"${mark}","name":"Erika Klarname","email":"erika@privat.example","phone":${phone},"zipcode":${zipcode},"house":{"is_owner":${owner}},"solar_energy_consumption":"5000","solar_offer_type":"Kaufen"}`
}

/** The payload of a webhook that is sent again and again: the same for the same key. */
export const sharedPayload = (key: string): string => lead(randomBy(key), key)

const numbers = [
  "0",
  "-0",
  "1e2",
  "1E+2",
  "1.50",
  "9007199254740993",
  "-12345678901234567890",
  "0.1234567890123456789012345678901234567890",
  "1e400",
  "1e-400",
  "1e401",
  "123456789.0e-399",
  "1e99999999999",
  "1e0000000000000000005",
  "01",
  "1.",
  ".5",
  "+1",
  "-",
  "0x10",
  "1_000",
  "NaN",
  "Infinity",
  `1${"0".repeat(400)}`,
  `0.${"1".repeat(9_990)}`,
  "9".repeat(10_001),
] as const

const texts = [
  '"ä"',
  '"\\u00e4"',
  '"a\\u0308"',
  '"\\u0000"',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\\ud83d\\ude00"',
  '"😀"',
  '"\\x41"',
  '"\\u00g0"',
  '"\u0001"',
  '"\t"',
  '"\\/\\b\\f\\n\\r\\t\\"\\\\"',
  '"\u202e\u200b\ufeff"',
  '"\u2028\u2029"',
  "'single'",
  '"unterminated',
  '"\'; DROP TABLE inbound_lead; --"',
  '"<script>alert(1)</script>"',
  '"${jndi:ldap://localhost/a}"',
] as const

const keys = [
  '"__proto__"',
  '"constructor"',
  '"toString"',
  '""',
  '"rawJSON"',
  '"zipcode"',
  '"phone"',
  '"house"',
  '"a.b"',
  '"0"',
  '"\\u0000"',
  '"\\ud800"',
  '"ä"',
] as const

const value = (random: Random, depth: number): string => {
  if (depth > 0 && random.chance(0.35)) {
    const items = Array.from({ length: random.below(4) }, () => value(random, depth - 1))
    if (random.chance(0.5)) return `[${items.join(",")}]`
    return `{${items.map((item) => `${random.pick(keys)}:${item}`).join(",")}}`
  }
  return random.weighted([
    [4, () => String(random.between(-1000, 1000))],
    [3, () => random.pick(numbers)],
    [4, () => random.pick(texts)],
    [2, () => random.pick(["true", "false", "null", "True", "undefined", "nul"])],
  ])()
}

const nested = (levels: number, random: Random): string => {
  const [open, close] = random.pick([
    ["[", "]"],
    ['{"a":', "}"],
  ])
  return open.repeat(levels) + (open === "[" ? "" : "1") + close.repeat(levels)
}

const withField = (text: string, key: string, inner: string): string =>
  `${text.slice(0, -1)},${key}:${inner}}`

/** A payload, valid or not. `mark` makes it the only one of its kind. */
export const payload = (random: Random, mark: string): string => {
  const whole = lead(random, mark)
  const among = (inner: string) => withField(whole, '"extra"', inner)
  return random.weighted<() => string>([
    [30, () => whole],
    [14, () => among(value(random, 4))],
    [8, () => among(random.pick(numbers))],
    [8, () => among(random.pick(texts))],
    [6, () => withField(whole, random.pick(keys), value(random, 2))],
    [2, () => sharedPayload(sharedKey(random))],
    [
      4,
      () =>
        withField(random.chance(0.3) ? whole : sharedPayload("form"), '"lead_id"', `"${sharedKey(random)}"`),
    ],
    [1, () => `[${whole}]`],
    [5, () => whole.slice(0, random.below(whole.length))],
    [4, () => among(nested(random.pick([1, 64, 510, 511, 512, 513, 3_000]), random))],
    [3, () => whole + random.pick(["\n", " ", "\0", "}", whole, "\ufeff", "//"])],
    [3, () => random.pick([" ", "\r\n\t", "\ufeff", "\f", "\u00a0"]) + whole],
    [3, () => value(random, 3)],
    [3, () => whole.replace(",", random.pick([",,", ";", " ", ":", ",}"]))],
    [2, () => whole.replaceAll('"', random.pick(["'", "", "\u201c"]))],
    [2, () => among(`[${"1e-399,".repeat(random.between(1, 200))}0]`)],
    [1, () => among(`{${Array.from({ length: 10_000 }, (_, index) => `"k${index}":${index}`).join(",")}}`)],
    [1, () => withField(whole, `"${"k".repeat(random.between(1_000, 70_000))}"`, "1")],
    [0.5, () => among(`"${"x".repeat(random.between(100_000, 900_000))}"`)],
    [0.5, () => among(`"${"x".repeat(maxBodyBytes - whole.length - 11 + random.between(-2, 2))}"`)],
    [1, () => ""],
  ])()
}
