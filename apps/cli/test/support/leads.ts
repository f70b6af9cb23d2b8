/** A lead that the shipped rules accept and the shipped mapping knows. */
export const validLead = {
  email: "customer@example.com",
  phone: "+49123456789",
  zipcode: "66123",
  house: { is_owner: true },
  solar_energy_consumption: "5000",
  solar_offer_type: "Kaufen",
}

/** The same without one of its fields. */
export const without = (field: keyof typeof validLead) =>
  Object.fromEntries(Object.entries(validLead).filter(([name]) => name !== field))
