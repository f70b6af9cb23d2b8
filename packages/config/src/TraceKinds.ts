/** Kinds of values that only the variables of OpenTelemetry have. */
import { Redacted } from "effect"
import * as Kind from "./Kind.ts"

/** `a=1,b=2` with percent-encoded values, as in a `baggage` header; undefined if it is not such a list. */
const pairs = (text: string, isName: (name: string) => boolean): Record<string, string> | undefined => {
  const values: Record<string, string> = {}
  for (const part of text.split(",").filter((part) => part.trim() !== "")) {
    const [, name = "", encoded = ""] = /^\s*([^=]*?)\s*=\s*(.*?)\s*$/s.exec(part) ?? []
    const value = decoded(encoded)
    if (value === undefined || !isName(name)) return undefined
    values[name] = value
  }
  return values
}

const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** Attributes of a process. */
export const attributes: Kind.Kind<Readonly<Record<string, string>>> = Kind.make(
  "name=value pairs separated by commas, values percent-encoded",
  "deployment.environment.name=production",
  (text) => pairs(text, (name) => name !== "" && name !== "__proto__"),
  (value) =>
    Object.entries(value)
      .map(([name, text]) => `${name}=${encodeURIComponent(text)}`)
      .join(","),
)

/** Those that the exporter sets itself, or that would break its requests. */
const ownHeaders = /^(host|connection|content-.*|transfer-encoding|te|expect|upgrade|__proto__)$/

/** Headers of requests to a collector: secret, as API keys are among them. */
export const headers: Kind.Kind<Redacted.Redacted<Readonly<Record<string, string>>>> = Kind.makeSecret(
  "name=value pairs separated by commas, values percent-encoded, of headers that the exporter does not set itself",
  "x-api-key=secret",
  (text) => {
    const values = pairs(
      text,
      (name) => /^[\w!#$%&'*+.^`|~-]+$/.test(name) && !ownHeaders.test(name.toLowerCase()),
    )
    return values !== undefined && Object.values(values).every((value) => /^[\x20-\x7e]*$/.test(value))
      ? Redacted.make(values)
      : undefined
  },
)

/** A share of all. */
export const share: Kind.Kind<number> = Kind.make(
  "a number from 0 to 1",
  "0.01",
  (text) => (/^(0|1|[01]?\.\d{1,12})$/.test(text) && Number(text) <= 1 ? Number(text) : undefined),
  String,
)
