/** bp4 starts its worker without help. */
export const where = {};
