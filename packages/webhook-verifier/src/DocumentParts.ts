/** The parts of verifier documents: headers, times, URLs, secrets, handshakes. */
import { Shape } from "@lead-gateway/document-check"

/** The name of a header. */
export const header = (description: string) =>
  Shape.text({
    expected: "the name of a header, such as X-Signature",
    form: /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/u,
    description,
  })

const visible = (expected: string, description: string) =>
  Shape.text({ expected, form: /^[\x21-\x7e](?:[\x20-\x7e]{0,98}[\x20-\x7e])?$/u, description })

/** What separates the parts of a header. */
export const separator = Shape.text({
  expected: "one of the characters space , ; | &",
  form: /^[ ,;|&]$/u,
  description:
    "What separates the parts of a header that has several: signatures, or a time and signatures. Parts without the prefix are ignored.",
})

/** A label of secrets. */
export const label = (description: string) =>
  Shape.text({
    expected: "a label of secrets such as meta, in lower case",
    form: /^[a-z][a-z0-9_-]{0,31}$/u,
    description,
  })

/** The label of a verifier's secrets. */
export const secrets = Shape.optional(
  label("The label of the secrets of this verifier, where several verifiers have secrets in one list."),
)

/** A duration of up to a day: milliseconds of `"5m"` are 300,000; `NaN` of what is none. */
export const msOf = (text: string): number => {
  const [, count, unit] = /^([1-9]\d{0,8})(ms|s|m|h)$/u.exec(text) ?? []
  return Number(count) * { h: 3_600_000, m: 60_000, s: 1000, ms: 1 }[unit as "h" | "m" | "s" | "ms"]
}

/** How far a time may be from now. */
export const tolerance = Shape.optional(
  Shape.text({
    expected: "a duration such as 30s, 5m or 1h, up to 24h",
    form: /^[1-9]\d{0,8}(?:ms|s|m|h)$/u,
    also: { holds: (text) => msOf(text) <= 86_400_000 },
    description: "How far the time may be from now, before or after. Default: 5m.",
  }),
)

/** What a URL begins with. */
export const base = Shape.text({
  expected: "the URL in front of the request's path, such as https://leads.example",
  form: /^https?:\/\/[^\s?#@\\/]+(?:\/[^\s?#]*[^\s?#/])?$/u,
  description:
    "What the sender's URL begins with, up to the path that arrives here. Default: https:// and the request's Host.",
})

/** Where the time of a signature is. */
export const Timestamp = Shape.object(
  {
    header: header("The header that has the time: one of its own, or the signature's."),
    prefix: Shape.optional(
      visible("a text such as t=", "What the time begins with, in a header that has other parts."),
    ),
    unit: Shape.literals(["s", "ms", "iso"], {
      description: "Seconds or milliseconds since 1970, or an ISO 8601 date and time.",
    }),
    tolerance,
  },
  { expected: "an object with the keys header and unit", description: "When the request was signed." },
)

/** How a URL is signed. */
export const Url = Shape.object(
  {
    base: Shape.optional(base),
    decode: Shape.optional(
      Shape.text({
        expected: "ASCII characters, each of which is signed decoded",
        form: /^[\x21-\x7e]{1,100}$/u,
        description: "The characters that are signed as they are where the URL has them percent-encoded.",
      }),
    ),
  },
  { expected: "an object with the keys base and decode", description: "How {url} is signed." },
)

/** How secrets are written. */
export const Secret = Shape.object(
  {
    encoding: Shape.literals(["text", "base64", "hex"], {
      description: "How the key is written in a secret. Default: text, the bytes of the secret itself.",
    }),
    prefix: Shape.optional(
      visible("a text such as whsec_", "What every secret begins with, not a part of the key."),
    ),
    least_bytes: Shape.optional(
      Shape.integer({
        minimum: 1,
        maximum: 64,
        expected: "a whole number from 1 to 64",
        description: "How long a key is at least. Default: 1.",
      }),
    ),
  },
  { expected: "an object with the key encoding", description: "How secrets are written." },
)

const parameter = (description: string) =>
  Shape.text({ expected: "the name of a query parameter", form: /^[\x21-\x7e]{1,100}$/u, description })

/** How a sender asks whether this is its receiver. */
export const Handshake = Shape.variants(
  "kind",
  [
    Shape.object(
      {
        kind: Shape.literals(["echo"], {
          description: "The challenge is sent back to who knows a token, as plain text.",
        }),
        challenge: parameter("The parameter that has the challenge."),
        token: parameter("The parameter that has the token."),
        secrets: label("The label of the tokens in the list of secrets: never the keys of signatures."),
        where: Shape.optional(
          Shape.record(Shape.text({ expected: "a text", form: /^[\x21-\x7e]{1,100}$/u }), {
            expected: "an object of parameters and their values",
            description: "Further parameters and the values that they must have.",
          }),
        ),
      },
      { expected: "a handshake of the kind echo, with the keys challenge, token and secrets" },
    ),
    Shape.object(
      {
        kind: Shape.literals(["hmac"], {
          description: "The challenge, a UUID, is sent back with its HMAC by the first secret, as JSON.",
        }),
        challenge: parameter("The parameter, and the key of the answer, that has the challenge."),
        response: parameter("The key of the answer that has the HMAC, in hex."),
      },
      { expected: "a handshake of the kind hmac, with the keys challenge and response" },
    ),
  ],
  {
    expected: 'a handshake: an object of the kind "echo" or "hmac"',
    reportsKey: true,
    description: "How a GET request of the sender is answered that asks whether this is its receiver.",
  },
)

/** What a signature or a token begins with. */
export const prefixText = visible("a text such as sha256=", "What a signature begins with.")
