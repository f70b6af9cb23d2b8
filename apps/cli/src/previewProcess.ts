/** The program of the process that the api runs previews on. */
import { runPreviewProcess } from "@lead-gateway/api/preview-process"

runPreviewProcess()
