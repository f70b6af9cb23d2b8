/** Marks a lead that an operator sent as a test. */
export const TestMark = () => (
  <span class="status test" title="An operator sent it, to see that leads arrive">
    Test
  </span>
)
