/**
 * Makes a flow of the configuration files that say what to do with a lead.
 *
 * Used by whatever decides on leads or previews that: the worker, the gateway, `preview`. It reads files and knows
 * their names; what is in them is checked by `lead-pipeline`.
 */
export { FlowFilesInvalid, loadFlow, type MetaName, metaNames } from "./loadFlow.ts"
