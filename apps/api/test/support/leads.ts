/** The lead of the documentation. */
export const lead = {
  email: "customer@example.com",
  phone: "+49123456789",
  zipcode: "66123",
  house: { is_owner: true },
  solar_energy_consumption: "5000",
  solar_offer_type: "Kaufen",
}

export const leadText = JSON.stringify(lead)
