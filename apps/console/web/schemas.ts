/** The published JSON Schemas of the documents, loaded when a draft is edited. */
import type { JsonSchema } from "./completion.ts"

const loaders = {
  rules: () => import("@lead-gateway/lead-rules/rule-set.schema.json"),
  profile: () => import("@lead-gateway/normalizer/profile.schema.json"),
  mapping: () => import("@lead-gateway/attribute-mapper/mapping.schema.json"),
  template: () => import("@lead-gateway/attribute-mapper/template.schema.json"),
} as const

/** A document of a flow. */
export type DocumentPart = keyof typeof loaders

/** Loads the schema of a document. */
export const loadSchema = async (part: DocumentPart): Promise<JsonSchema> => (await loaders[part]()).default
