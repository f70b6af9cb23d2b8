/**
 * The worker as a value: claims leads, decides on them and delivers them.
 *
 * `worker` runs it as a process of its own; the gateway runs it in one process with the api.
 */
export * as ConfiguredWorker from "./ConfiguredWorker.ts"
export { config, worker } from "./program.ts"
export * as Worker from "./Worker.ts"
