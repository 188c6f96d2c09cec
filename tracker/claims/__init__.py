"""报销: claims from filing through the gate to payment."""
