/** The program of the thread for previews, as an app has one. */
import { runPreviewThread } from "@lead-gateway/api/preview-thread"

runPreviewThread()
