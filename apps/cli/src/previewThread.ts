/** The program of the thread that the api runs previews on. */
import { runPreviewThread } from "@lead-gateway/api/preview-thread"

runPreviewThread()
