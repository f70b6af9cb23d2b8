/** Builds the web console. Only needed where it is built: `./files` reads what was. */
export { buildConsole } from "./build.ts"
