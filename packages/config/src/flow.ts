/**
 * Makes a flow of the configuration files that say what to do with a lead.
 *
 * An entry of its own, `@lead-gateway/config/flow`, so that a process that decides on no lead, such as the api, loads
 * no rules. It reads the files and knows their names; `lead-pipeline` checks what is in them.
 */
export {
  type DeliveryMetadataName,
  deliveryMetadataNames,
  FlowFilesInvalid,
  type LoadedFlow,
  loadFlow,
  logWarnings,
  printWarnings,
} from "./flow/loadFlow.ts"
export { loadWithFlow } from "./flow/loadWithFlow.ts"
