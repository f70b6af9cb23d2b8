import { loadFlow } from "@lead-gateway/config/flow"
import { Effect } from "effect"
import { fileURLToPath } from "node:url"

/** A path of the repository. */
export const inRepository = (path: string): string =>
  fileURLToPath(new URL(`../../../../${path}`, import.meta.url))

const flowOf = (payloadTemplate: string) =>
  Effect.orDie(
    loadFlow(
      {
        leadRules: inRepository("config/lead_rules.json"),
        normalizerProfile: inRepository("config/normalizer_profile.json"),
        attributeMapping: inRepository("config/customer_attribute_mapping.json"),
        payloadTemplate: inRepository(`config/${payloadTemplate}`),
      },
      { productName: "solar_panel_installation" },
    ),
  )

/** The flow of the files that ship. */
export const shippedFlow = flowOf("customer_payload_template.json")

/** The same, with the other template that ships: its payload names the lead. */
export const nestedFlow = flowOf("customer_payload_template.nested.json")
