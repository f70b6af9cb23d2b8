/** The documents of a flow, in the order in which a lead meets them: what each is for, and where it comes from. */
import type { DocumentPart } from "./schemas.ts"

/** A document. */
export interface FlowDocument {
  readonly name: string
  readonly purpose: string
  /** The setting that names its file. */
  readonly setting: string
  /** The file, unless the setting names another one. */
  readonly file: string
}

export const documents = {
  rules: {
    name: "Rules",
    purpose: "Which leads are wanted.",
    setting: "LEAD_RULES_FILE",
    file: "config/lead_rules.json",
  },
  profile: {
    name: "Profile",
    purpose: "How fields are read and normalised.",
    setting: "NORMALIZER_PROFILE_FILE",
    file: "config/normalizer_profile.json",
  },
  mapping: {
    name: "Mapping",
    purpose: "Which attributes and answers the customer knows.",
    setting: "ATTRIBUTE_MAPPING_FILE",
    file: "config/customer_attribute_mapping.json",
  },
  template: {
    name: "Template",
    purpose: "The shape of what the customer gets.",
    setting: "PAYLOAD_TEMPLATE_FILE",
    file: "config/customer_payload_template.json",
  },
} as const satisfies Record<DocumentPart, FlowDocument>

/** Whether a text names a document. */
export const isPart = (text: string | undefined): text is DocumentPart =>
  text !== undefined && Object.hasOwn(documents, text)
