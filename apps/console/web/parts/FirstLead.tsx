/** For a gateway that has no lead yet: how to send one. */
import { Copyable } from "../components/Copyable.tsx"
import { curlOf } from "../curl.ts"
import { isOpen } from "../session.ts"

const example = {
  email: "customer@example.com",
  phone: "+49123456789",
  zipcode: "66123",
  house: { is_owner: true },
  solar_energy_consumption: "5000",
  solar_offer_type: "Kaufen",
}

export const FirstLead = () => (
  <section class="empty">
    <h2>No lead yet</h2>
    <p>Send one. It appears here within a second.</p>
    <Copyable text={curlOf(location.origin, example, !isOpen())} label="Copy the command" />
  </section>
)
