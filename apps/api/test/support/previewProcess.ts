/** The program of the process for previews, as an app has one. */
import { runPreviewProcess } from "@lead-gateway/api/preview-process"

runPreviewProcess()
