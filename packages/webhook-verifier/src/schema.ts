/**
 * Verifiers as an Effect `Schema`: to embed one in a document of your own, to generate them in tests. In an entry of its
 * own because Schema is most of the weight of Effect.
 */
import { schemaOf } from "@lead-gateway/document-check/schema"
import { VerifierDocument as shape } from "./VerifierDocument.ts"

/** The schema of a verifier. `compileVerifier` prepares one for use and reports contradictions, which this cannot. */
export const VerifierDocument = schemaOf(shape)
export type VerifierDocument = typeof VerifierDocument.Type
