export { within } from "@lead-gateway/runtime"
