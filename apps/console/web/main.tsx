import { render } from "preact"
import { App } from "./App.tsx"
import "./styles/main.css"

const place = document.querySelector("#console")
if (place !== null) render(<App />, place)
