/** The program of the process for previews, as an app has one. */
import { runPreviewProcess } from "@lead-gateway/api/preview-process"
import { flushCompileCache } from "node:module"

runPreviewProcess()
// It is killed in the end, before it would write what it has compiled.
flushCompileCache()
