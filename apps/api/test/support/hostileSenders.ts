import { gzipSync } from "node:zlib"
import { lead, leadText } from "./leads.ts"
import { seconds, secretOf, signers, standardHeaders } from "./senders.ts"

const good = standardHeaders()
const base64 = good["webhook-signature"].slice(3)
const bytes = Buffer.from(base64, "base64")

/** Hostile requests to an api that lets in Standard Webhooks alone. All are 401, whatever is wrong. */
export const hostile: ReadonlyArray<
  readonly [string, () => Record<string, string | ReadonlyArray<string> | undefined>, (string | Uint8Array)?]
> = [
  ...Object.entries({
    "no header at all": {},
    "the signature alone": { "webhook-signature": good["webhook-signature"] },
    "an empty shared secret": { "x-shared-secret": "" },
    "the signing secret as shared secret": { "x-shared-secret": secretOf["standard-webhooks"] },
    "the signing secret as bearer token": { authorization: `Bearer ${secretOf["standard-webhooks"]}` },
    "the headers of Svix": {
      "svix-id": good["webhook-id"],
      "svix-timestamp": good["webhook-timestamp"],
      "svix-signature": good["webhook-signature"],
    },
  }).map(([name, headers]) => [name, () => headers] as const),
  ...Object.entries({
    "an empty one": "",
    "a version alone": "v1,",
    "no version": base64,
    "another version": `v2,${base64}`,
    "an asymmetric version": `v1a,${base64}`,
    "a version in upper case": `V1,${base64}`,
    "another separator": `v1=${base64}`,
    "a space behind the version": `v1, ${base64}`,
    "half of it": good["webhook-signature"].slice(0, 20),
    "no padding": good["webhook-signature"].replace(/=+$/, ""),
    "more padding": `${good["webhook-signature"]}=`,
    "an extra byte": `v1,${Buffer.concat([bytes, Buffer.from([0])]).toString("base64")}`,
    "a byte less": `v1,${bytes.subarray(1).toString("base64")}`,
    "a bit changed": `v1,${Buffer.from(bytes.map((byte, i) => (i === 31 ? byte ^ 1 : byte))).toString("base64")}`,
    hex: `v1,${bytes.toString("hex")}`,
    "base64 of URLs": `v1,${Buffer.alloc(32, 0xff).toString("base64url")}`,
    "all bits": `v1,${Buffer.alloc(32, 0xff).toString("base64")}`,
    "no bits": `v1,${Buffer.alloc(32).toString("base64")}`,
    "lower case": good["webhook-signature"].toLowerCase(),
    "Latin-1": `v1,${base64.slice(0, -1)}\u00e9`,
    quotes: `"${good["webhook-signature"]}"`,
    "commas between two": `v1,${"A".repeat(43)}=,v1,${"B".repeat(43)}=`,
    "seventeen of them, the last one good": `${`v1,${Buffer.alloc(32).toString("base64")} `.repeat(16)}${good["webhook-signature"]}`,
    "two hundred": "v1,x ".repeat(200),
    undefined: undefined,
  }).map(
    ([name, value]) =>
      [`a signature with ${name}`, () => ({ ...standardHeaders(), "webhook-signature": value })] as const,
  ),
  ["two headers, both wrong", () => ({ ...standardHeaders(), "webhook-signature": ["v1,a", "v1,b"] })],
  ...Object.entries({
    none: undefined,
    "an empty one": "",
    "a word": "now",
    negative: () => `-${seconds()}`,
    "a sign": () => `+${seconds()}`,
    "a leading zero": () => `0${seconds()}`,
    decimals: () => `${seconds()}.5`,
    "an exponent": "1.7e9",
    hexadecimal: () => `0x${seconds().toString(16)}`,
    milliseconds: () => String(Date.now()),
    "ISO 8601": "2021-02-25T15:02:10Z",
    "an HTTP date": "Thu, 25 Feb 2021 15:02:10 GMT",
    "the beginning": "0",
    "the far future": "99999999999",
    "400 digits": "9".repeat(400),
    "two values": () => `${seconds()}, ${seconds()}`,
    "a value beside it": () => `${seconds()};${seconds()}`,
    "the next second, which was not signed": () => String(seconds() + 10),
  }).map(
    ([name, value]) =>
      [
        `a time with ${name}`,
        () => ({ ...standardHeaders(), "webhook-timestamp": typeof value === "function" ? value() : value }),
      ] as const,
  ),
  [
    "two times",
    () => ({ ...standardHeaders(), "webhook-timestamp": [String(seconds()), String(seconds())] }),
  ],
  ["a time six minutes ago, signed", () => standardHeaders({ at: seconds() - 360 })],
  ["a time in six minutes, signed", () => standardHeaders({ at: seconds() + 360 })],
  ...Object.entries({
    none: undefined,
    "an empty one": "",
    "another one": "msg_other",
    "another case": "MSG_OF_TESTS",
    "a dot more": "msg_of_tests.",
    "256 characters": "x".repeat(256),
    "a space": "msg of tests",
    "Latin-1": "msg_\u00e9",
  }).map(
    ([name, value]) => [`an id with ${name}`, () => ({ ...standardHeaders(), "webhook-id": value })] as const,
  ),
  ["two ids", () => ({ ...standardHeaders(), "webhook-id": ["msg_of_tests", "msg_of_tests"] })],
  ["id and time that change places", () => standardHeaders({ id: `msg_of_tests.${seconds()}`, body: "x" })],
  ["the body changed", () => standardHeaders(), leadText.replace("66123", "66124")],
  ["the body with a byte more", () => standardHeaders(), `${leadText}\n`],
  ["the body with a byte less", () => standardHeaders(), leadText.slice(0, -1)],
  ["the body written again", () => standardHeaders(), JSON.stringify(lead, null, 1)],
  ["the body with a byte order mark", () => standardHeaders(), `\u{FEFF}${leadText}`],
  ["the body in UTF-16", () => standardHeaders(), Buffer.from(leadText, "utf16le")],
  ["no body", () => standardHeaders(), ""],
  ["the compressed body without its encoding", () => standardHeaders(), gzipSync(leadText)],
  [
    "another body, compressed",
    () => ({ ...standardHeaders(), "content-encoding": "gzip" }),
    gzipSync(`${leadText} `),
  ],
  ["an empty secret", () => standardHeaders({ secret: "whsec_" })],
  ["another secret", () => standardHeaders({ secret: `whsec_${"eHh4".repeat(8)}` })],
  [
    "the secret as it is written, not decoded",
    () =>
      standardHeaders({ secret: `whsec_${Buffer.from(secretOf["standard-webhooks"]).toString("base64")}` }),
  ],
  ["a signature of Meta", () => signers.meta({ secret: secretOf["standard-webhooks"] })],
]
