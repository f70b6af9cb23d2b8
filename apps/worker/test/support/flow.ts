import { loadFlow } from "@lead-gateway/flow-files"
import { Effect } from "effect"
import { fileURLToPath } from "node:url"

/** A path of the repository. */
export const inRepository = (path: string): string =>
  fileURLToPath(new URL(`../../../../${path}`, import.meta.url))

/** The configuration files that ship. */
const shippedFiles = {
  leadRules: inRepository("config/lead_rules.json"),
  normalizerProfile: inRepository("config/normalizer_profile.json"),
  attributeMapping: inRepository("config/customer_attribute_mapping.json"),
  payloadTemplate: inRepository("config/customer_payload_template.json"),
}

/** The flow of the files that ship. */
export const shippedFlow = Effect.orDie(loadFlow(shippedFiles, { productName: "solar_panel_installation" }))
