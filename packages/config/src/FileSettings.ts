/** The configuration files: rules, normaliser profile, attribute mapping and payload template. */
import { existsSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import * as Kind from "./Kind.ts"
import * as Settings from "./Settings.ts"

/** Paths of configuration files, as configured: relative ones count from the working directory. */
export interface FileSettings {
  readonly attributeMapping: string
  readonly leadRules: string
  readonly normalizerProfile: string
  readonly payloadTemplate: string
}

const defaults: FileSettings = {
  attributeMapping: "config/customer_attribute_mapping.json",
  leadRules: "config/lead_rules.json",
  normalizerProfile: "config/normalizer_profile.json",
  payloadTemplate: "config/customer_payload_template.json",
}

/** The configuration files of processes that decide on leads. Missing files are reported when they are read. */
export const fileSettings: Settings.Settings<FileSettings> = Settings.all({
  attributeMapping: Settings.withDefault(
    "ATTRIBUTE_MAPPING_FILE",
    Kind.path,
    "The customer's attributes",
    defaults.attributeMapping,
  ),
  leadRules: Settings.withDefault(
    "LEAD_RULES_FILE",
    Kind.path,
    "The rules a lead must pass",
    defaults.leadRules,
  ),
  normalizerProfile: Settings.withDefault(
    "NORMALIZER_PROFILE_FILE",
    Kind.path,
    "How fields are normalised",
    defaults.normalizerProfile,
  ),
  payloadTemplate: Settings.withDefault(
    "PAYLOAD_TEMPLATE_FILE",
    Kind.path,
    "The shape of the customer payload",
    defaults.payloadTemplate,
  ),
})

/**
 * Replaces the default paths by the files that ship in `folder` if the working directory has no folder `config`. Other
 * paths are kept. Where a folder `config` exists, a file that is missing in it is not replaced but reported, so that no
 * lead is decided by rules that the operator did not choose.
 */
export const withShippedFiles = (files: FileSettings, folder: string): FileSettings => {
  const shipped = (path: string, byDefault: string) =>
    path === byDefault && !existsSync(dirname(byDefault)) ? join(folder, basename(path)) : path
  return {
    attributeMapping: shipped(files.attributeMapping, defaults.attributeMapping),
    leadRules: shipped(files.leadRules, defaults.leadRules),
    normalizerProfile: shipped(files.normalizerProfile, defaults.normalizerProfile),
    payloadTemplate: shipped(files.payloadTemplate, defaults.payloadTemplate),
  }
}
