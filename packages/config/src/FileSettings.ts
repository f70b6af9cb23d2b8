/** The files that say what to do with a lead. */
import * as Kind from "./Kind.ts"
import * as Settings from "./Settings.ts"

/** Paths of configuration files, as given: relative ones count from the working directory. */
export interface FileSettings {
  readonly attributeMapping: string
  readonly leadRules: string
  readonly normalizerProfile: string
  readonly payloadTemplate: string
}

/** The configuration files of processes that decide on leads. Missing files are reported when they are read. */
export const fileSettings: Settings.Settings<FileSettings> = Settings.all({
  attributeMapping: Settings.withDefault(
    "ATTRIBUTE_MAPPING_FILE",
    Kind.path,
    "The customer's attributes",
    "config/customer_attribute_mapping.json",
  ),
  leadRules: Settings.withDefault(
    "LEAD_RULES_FILE",
    Kind.path,
    "The rules a lead must pass",
    "config/lead_rules.json",
  ),
  normalizerProfile: Settings.withDefault(
    "NORMALIZER_PROFILE_FILE",
    Kind.path,
    "How fields are brought into one form",
    "config/normalizer_profile.json",
  ),
  payloadTemplate: Settings.withDefault(
    "PAYLOAD_TEMPLATE_FILE",
    Kind.path,
    "The shape of the customer payload",
    "config/customer_payload_template.json",
  ),
})
