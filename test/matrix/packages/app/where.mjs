/** bp4 starts its worker by itself. */
export const where = {};
