import { compilePolicyOrThrow } from "@lead-gateway/retry-policy"
import { readFileSync } from "node:fs"

/** The text of a policy that ships in the folder `config`. */
export const shippedText = (name: "default" | "tolerant"): string =>
  readFileSync(new URL(`../../../../config/retry_policy.${name}.json`, import.meta.url), "utf8")

/** A policy that ships in the folder `config`. */
export const shipped = (name: "default" | "tolerant") =>
  compilePolicyOrThrow(JSON.parse(shippedText(name)) as object)
