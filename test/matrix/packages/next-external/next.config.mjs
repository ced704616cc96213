export default {
  // for bp4/worker on the server: what is bundled there does not find the worker's file
  serverExternalPackages: ['bp4'],
  turbopack: { root: `${import.meta.dirname}/..` },
};
